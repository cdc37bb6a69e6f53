import { expect, test } from 'vitest'
import { parseDuration } from './duration.ts'

test.for([
  ['500', 500],
  ['500ms', 500],
  ['1.5s', 1_500],
  ['30 s', 30_000],
  ['2m', 120_000],
  ['2min', 120_000],
  ['1H', 3_600_000],
  ['', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1d', undefined],
  ['1s2', undefined],
] as const)('%j is %s milliseconds', ([text, milliseconds]) => {
  expect(parseDuration(text)).toBe(milliseconds)
})
