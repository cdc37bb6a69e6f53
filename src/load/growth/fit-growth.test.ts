import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomOf } from '../random/random.ts'
import { fitGrowth } from './fit-growth.ts'
import { measureGrowth } from './measure-growth.ts'

const sizes = [100, 200, 400, 800, 1_600]

test('a power law is found again, whatever its exponent', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 3, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (exponent, factor) => {
        const growth = fitGrowth(sizes.map((size) => ({ size, cost: factor * size ** exponent })))
        expect(growth.exponent).toBeCloseTo(exponent, 6)
        expect(growth.factor / factor).toBeCloseTo(1, 6)
        expect(growth.error).toBeLessThan(1e-6)
      },
    ),
  )
})

test('the error tells how far off the exponent may be', () => {
  const within = Array.from({ length: 300 }, (_, seed) => {
    const random = randomOf(seed, 0)
    // Twelve even draws are nearly a bell.
    const noise = (): number => Array.from({ length: 12 }, random).reduce((sum, each) => sum + each, -6)
    const many = Array.from({ length: 20 }, (_, index) => 100 * 1.3 ** index)
    const { exponent, error } = fitGrowth(many.map((size) => ({ size, cost: size * Math.exp(0.1 * noise()) })))
    return Math.abs(exponent - 1) <= error
  })
  const share = within.filter(Boolean).length / within.length
  expect(share).toBeGreaterThan(0.58)
  expect(share).toBeLessThan(0.76)
})

test('a growth says itself in a line', () => {
  expect(String(fitGrowth(sizes.map((size) => ({ size, cost: size }))))).toBe(
    'grows as size ^ 1.00 ± 0.00 (5 sizes from 100 to 1,600)',
  )
})

test('three sizes are too few', () => {
  expect(() => fitGrowth(sizes.slice(0, 3).map((size) => ({ size, cost: 1 })))).toThrow('at 4 sizes or more')
})

test('of several measurements of a size the lowest counts', async () => {
  let call = 0
  const growth = await measureGrowth({ sizes: [1, 2, 4, 8], repeats: 2, measure: async (size) => size + (call++ % 2) })
  expect(growth.points).toEqual([1, 2, 4, 8].map((size) => ({ size, cost: size })))
})
