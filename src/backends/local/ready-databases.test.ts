import { expect, test } from 'vitest'
import { readyDatabaseCount, readyDatabaseNames } from './ready-databases.ts'

const schema = (statements: number) => ({
  source: 'schema.sql',
  statements: Array(statements).fill('SELECT 1'),
  hash: '',
})

test('a template holds 300 databases, fewer when a schema makes each costly, and never less than 20', () => {
  expect(readyDatabaseCount(undefined)).toBe(300)
  expect(readyDatabaseCount(schema(0))).toBe(300)
  expect(readyDatabaseCount(schema(1))).toBe(300)
  expect(readyDatabaseCount(schema(5))).toBe(100)
  expect(readyDatabaseCount(schema(200))).toBe(20)
})

test('names are fixed and sort in order', () => {
  expect(readyDatabaseNames(2)).toEqual(['vt_000', 'vt_001'])
  const names = readyDatabaseNames(300)
  expect(names.toSorted()).toEqual(names)
})
