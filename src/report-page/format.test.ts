import { expect, test } from 'vitest'
import { dedented } from './format.ts'

test.for([
  ['SELECT 1', 'SELECT 1'],
  ['  SELECT 1 ', 'SELECT 1'],
  ['\n    SELECT a\n      FROM t\n  ', 'SELECT a\n  FROM t'],
  ['SET a = 1,\n      b = 2', 'SET a = 1,\nb = 2'],
  ['CREATE TABLE t (\n  id INT,\n\n  n INT\n)', 'CREATE TABLE t (\n  id INT,\n\n  n INT\n)'],
  ['', ''],
])('%j is shown as %j', ([text, shown]) => {
  expect(dedented(text!)).toBe(shown)
})
