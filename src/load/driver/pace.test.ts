import { expect, test } from 'vitest'
import { ClosedPace, OpenPace } from './pace.ts'

test('an open pace gives its times in order, however late they are asked for', () => {
  const pace = new OpenPace({ begin: 100, end: 150, interval: 20, patience: 1_000 })
  expect([pace.next(0), pace.next(900), pace.next(900), pace.next(900)]).toEqual([100, 120, 140, undefined])
  expect(pace.leftovers()).toEqual([])
})

test('what nobody took within its patience is left over', () => {
  const pace = new OpenPace({ begin: 0, end: 100, interval: 25, patience: 50 })
  expect(pace.next(0)).toBe(0)
  expect(pace.next(151)).toBeUndefined()
  expect(pace.leftovers()).toEqual([25, 50, 75])
})

test('an open pace of thirds has as many times as its rate says', () => {
  const pace = new OpenPace({ begin: 1 / 3, end: 1 / 3 + 1_000, interval: 10 / 3, patience: 0 })
  let count = 0
  while (pace.next(0) !== undefined) count++
  expect(count).toBe(300)
})

test('an end that comes early leaves out what was due after it', () => {
  const pace = new OpenPace({ begin: 0, end: Number.POSITIVE_INFINITY, interval: 10, patience: 0 })
  expect(pace.next(0)).toBe(0)
  pace.end(25)
  expect([pace.next(24), pace.next(24), pace.next(24)]).toEqual([10, 20, undefined])
})

test('a closed pace begins at once until its end', () => {
  const pace = new ClosedPace(10)
  expect([pace.next(3), pace.next(9.9), pace.next(10)]).toEqual([3, 9.9, undefined])
})
