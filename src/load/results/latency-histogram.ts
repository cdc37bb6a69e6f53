import { createRequire } from 'node:module'
import type * as hdrHistogram from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'

type Library = typeof hdrHistogram

let library: Library | undefined

/** Read with the first histogram: it is some fifty files, and every worker reads this one. */
function hdr(): Library {
  return (library ??= createRequire(import.meta.url)('hdr-histogram-js') as Library)
}

/** Values are microseconds, up to an hour without growing. Exact below 2 ms, and to a thousandth above. */
const SHAPE = {
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000_000,
  numberOfSignificantValueDigits: 3,
} as const

/** How often each latency occurred, to three digits. Those of several runs add up without loss. */
export class LatencyHistogram {
  readonly #histogram: Histogram

  constructor(histogram: Histogram = hdr().build({ ...SHAPE, autoResize: true, bitBucketSize: 32 })) {
    this.#histogram = histogram
  }

  /** From `encode()`, or any HdrHistogram in compressed base64 whose unit is the microsecond. */
  static decode(encoded: string): LatencyHistogram {
    return new LatencyHistogram(hdr().decodeFromCompressedBase64(encoded, 32))
  }

  /** HdrHistogram's V2 encoding, compressed, in base64. */
  encode(): string {
    return hdr().encodeIntoCompressedBase64(this.#histogram)
  }

  get count(): number {
    return this.#histogram.totalCount
  }

  /** Milliseconds; 0 when nothing was recorded. */
  get max(): number {
    return this.count === 0 ? 0 : this.#histogram.maxValue / 1_000
  }

  /** Milliseconds; 0 when nothing was recorded. */
  get mean(): number {
    return this.count === 0 ? 0 : this.#histogram.mean / 1_000
  }

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.max(1, Math.round(milliseconds * 1_000)))
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram)
  }

  reset(): void {
    this.#histogram.reset()
  }

  /** The latency in milliseconds that `percent` percent of all do not exceed; 0 when nothing was recorded. */
  percentile(percent: number): number {
    return this.count === 0 ? 0 : Math.min(this.max, this.#histogram.getValueAtPercentile(percent) / 1_000)
  }

  /** How many exceed no more than so many milliseconds, for each of these bounds. */
  countsUpTo(bounds: readonly number[]): number[] {
    let lower = 0
    return bounds.map((bound) => {
      const upTo = this.#countUpTo(bound)
      const within = upTo - lower
      lower = upTo
      return within
    })
  }

  #countUpTo(milliseconds: number): number {
    let [low, high] = [0, this.count]
    // The histogram gives ranks by percentile only: the largest rank whose value is within the bound.
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.percentile((middle / this.count) * 100) <= milliseconds) low = middle
      else high = middle - 1
    }
    return low
  }
}
