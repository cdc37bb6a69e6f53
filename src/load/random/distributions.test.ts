import { expect, test } from 'vitest'
import { digits } from './digits.ts'
import { between, randomOf, type Random } from './random.ts'
import { special } from './special.ts'
import { scrambled, Zipfian } from './zipfian.ts'

const DRAWS = 20_000

function draw(next: (random: Random) => number, seed = 1): Map<number, number> {
  const random = randomOf(seed, 0)
  const counts = new Map<number, number>()
  for (let n = 0; n < DRAWS; n++) {
    const drawn = next(random)
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
  }
  return counts
}

const share = (counts: Map<number, number>, of: (drawn: number) => boolean): number =>
  [...counts].reduce((sum, [drawn, count]) => sum + (of(drawn) ? count : 0), 0) / DRAWS

test('a seed and a stream always give the same numbers, and other ones others', () => {
  const first = (seed: number, stream: number): number[] => {
    const random = randomOf(seed, stream)
    return [random(), random(), random()]
  }
  expect(first(1, 0)).toEqual(first(1, 0))
  expect(new Set([first(1, 0), first(1, 1), first(2, 0), first(0, 1)].flat()).size).toBe(12)
  expect(first(1_796_064_670_323, 3).every((drawn) => drawn >= 0 && drawn < 1)).toBe(true)
})

test('whole numbers are spread evenly over a range with both its ends', () => {
  const counts = draw((random) => between(random, 3, 6))
  expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6])
  for (const n of [3, 4, 5, 6]) expect(share(counts, (drawn) => drawn === n)).toBeCloseTo(0.25, 1)
})

// What sysbench 1.0.20 itself draws with --rand-type=special over 1 to 10,000.
test("sysbench's distribution has three quarters of its draws in the middle hundredth, and the rest in a bell", () => {
  const counts = draw((random) => special(random, 1, 10_000))
  expect(Math.min(...counts.keys())).toBeGreaterThanOrEqual(1)
  expect(Math.max(...counts.keys())).toBeLessThanOrEqual(10_000)
  const hot = share(counts, (drawn) => drawn >= 4_951 && drawn <= 5_051)
  expect(hot).toBeGreaterThan(0.74)
  expect(hot).toBeLessThan(0.79)
})

test('a Zipfian draw prefers the lowest in proportion to 1 / rank', () => {
  const zipfian = new Zipfian(1_000)
  const counts = draw((random) => zipfian.next(random))
  const ranks = Array.from({ length: 1_000 }, (_, rank) => 1 / (rank + 1) ** 0.99)
  const zeta = ranks.reduce((sum, each) => sum + each, 0)
  expect(share(counts, (drawn) => drawn === 0)).toBeCloseTo(1 / zeta, 2)
  expect(share(counts, (drawn) => drawn < 10)).toBeCloseTo(ranks.slice(0, 10).reduce((a, b) => a + b) / zeta, 1)
  expect(Math.max(...counts.keys())).toBeLessThan(1_000)
})

test('a Zipfian range can grow', () => {
  const zipfian = new Zipfian(10)
  const counts = draw((random) => zipfian.next(random, 1_000))
  expect(Math.max(...counts.keys())).toBeGreaterThan(500)
})

test('scrambling keeps the skew and spreads it over the range', () => {
  const zipfian = new Zipfian(1_000)
  const counts = draw((random) => scrambled(zipfian.next(random), 1_000))
  const [hottest = 0] = [...counts.entries()].toSorted(([, one], [, other]) => other - one)[0] ?? []
  expect(counts.get(hottest)! / DRAWS).toBeGreaterThan(0.1)
  expect(share(counts, (drawn) => drawn < 500)).toBeGreaterThan(0.2)
  expect(share(counts, (drawn) => drawn >= 500)).toBeGreaterThan(0.2)
})

test('digits come in groups of eleven', () => {
  const random = randomOf(1, 0)
  expect(digits(random, 10)).toMatch(/^(?:\d{11}-){9}\d{11}$/)
  expect(digits(random, 5)).toHaveLength(59)
})
