/** What a load did, in numbers that can be drawn. Times in milliseconds. */
export interface LoadRecord {
  readonly name: string
  readonly milliseconds: number
  readonly operations: number
  readonly errors: number
  /** Operations a second. */
  readonly throughput: number
  /** Of the whole: `p50`, `p95`, `p99`, `max`. */
  readonly latencies: Readonly<Record<string, number>>
  /** One row for each interval, in order. */
  readonly timeline: {
    /** Seconds from the load's beginning to each interval's end. */
    readonly seconds: readonly number[]
    readonly throughput: readonly number[]
    readonly errors: readonly number[]
    /** By percentile, `p50`: a latency for each interval; null for one without operations. */
    readonly latencies: Readonly<Record<string, readonly (number | null)[]>>
  }
  /** Counts between bounds; `upTo` are the upper bounds of latency. */
  readonly histogram: { readonly upTo: readonly number[]; readonly counts: readonly number[] }
  /** An earlier run that this one was compared with. */
  readonly baseline?: {
    readonly name: string
    readonly throughput: number
    readonly latencies: Readonly<Record<string, number>>
    /** As those of the load, each from its own beginning. */
    readonly timeline?: LoadRecord['timeline']
    readonly histogram?: LoadRecord['histogram']
    /** Whether this run is within what was allowed; absent when nothing was. */
    readonly passed?: boolean
  }
  /** For people: the workload's settings, in order. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
}
