import { fitGrowth, type Growth, type GrowthPoint } from './fit-growth.ts'

export interface GrowthOptions {
  /** At least four, best each twice the one before. */
  readonly sizes: readonly number[]
  /** How often each size is measured; the quickest counts, as what disturbs only ever slows down. 3 when not given. */
  readonly repeats?: number
  /** Brings about a size; sizes come in the order in which they are given. */
  readonly prepare?: (size: number) => PromiseLike<unknown>
  /** What is measured, in milliseconds; or, when it gives a number, that is the cost. */
  readonly measure: (size: number) => PromiseLike<unknown>
}

/**
 * Measures what something costs at several sizes, and fits how the cost grows.
 *
 * @throws TidbTestError `LOAD_GROWTH`
 */
export async function measureGrowth({ sizes, repeats = 3, prepare, measure }: GrowthOptions): Promise<Growth> {
  const points: GrowthPoint[] = []
  for (const size of sizes) {
    await prepare?.(size)
    let cost = Number.POSITIVE_INFINITY
    for (let repeat = 0; repeat < repeats; repeat++) {
      const begun = performance.now()
      const given = await measure(size)
      cost = Math.min(cost, typeof given === 'number' ? given : performance.now() - begun)
    }
    points.push({ size, cost })
  }
  return fitGrowth(points)
}
