import { TidbTestError } from '../../errors/tidb-test-error.ts'

/** What something cost at one size. */
export interface GrowthPoint {
  readonly size: number
  readonly cost: number
}

/** How a cost grows with a size: cost = factor × size ^ exponent. */
export interface Growth {
  readonly exponent: number
  /** Standard error of the exponent: two points in three lie within it of the true one, where the law holds. */
  readonly error: number
  readonly factor: number
  readonly points: readonly GrowthPoint[]
  /** Such as `grows as size ^ 1.02 ± 0.05 (4 sizes from 1,000 to 8,000)`. */
  toString(): string
}

const LEAST_SIZES = 4

/**
 * Fits a power law by least squares on logarithms.
 *
 * @throws TidbTestError `LOAD_GROWTH` with fewer than 4 different sizes, or with sizes and costs that are not above 0
 */
export function fitGrowth(points: readonly GrowthPoint[]): Growth {
  const sizes = new Set(points.map(({ size }) => size))
  if (sizes.size < LEAST_SIZES || points.some(({ size, cost }) => !(size > 0 && cost > 0 && Number.isFinite(cost)))) {
    throw new TidbTestError(
      'LOAD_GROWTH',
      `a growth is fitted to sizes and costs above 0, at ${LEAST_SIZES} sizes or more`,
      {
        remedy: `There were: ${points.map(({ size, cost }) => `${size}: ${cost}`).join(', ') || 'none'}.`,
      },
    )
  }
  const n = points.length
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }))
  const meanX = logs.reduce((sum, { x }) => sum + x, 0) / n
  const meanY = logs.reduce((sum, { y }) => sum + y, 0) / n
  const spread = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  const exponent = logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread
  const residual = logs.reduce((sum, { x, y }) => sum + (y - meanY - exponent * (x - meanX)) ** 2, 0)
  const error = Math.sqrt(residual / (n - 2) / spread)
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)].map((size) => size.toLocaleString('en-US'))
  const text = `grows as size ^ ${exponent.toFixed(2)} ± ${error.toFixed(2)} (${sizes.size} sizes from ${low} to ${high})`
  return { exponent, error, factor: Math.exp(meanY - exponent * meanX), points, toString: () => text }
}
