import type { LoadError } from './load-error.ts'

/** One second of a load. */
export interface PartSecond {
  readonly second: number
  readonly errors: number
  /** Latencies of what was completed in it, encoded. */
  readonly histogram: string
}

/** What one thread measured: plain data, for messages between threads and shards. Times in milliseconds. */
export interface LoadPart {
  readonly statements: number
  /** From the end of the warm-up to the last completion, or to the end of the load where that is later. */
  readonly elapsed: number
  readonly errors: readonly LoadError[]
  /** Of transactions that succeeded, encoded. */
  readonly latency: string
  /** How late sessions began that had nothing to do, encoded: that is the client's own doing. */
  readonly lateness: string
  /** Arrivals that the load could not begin before it was over. Their waits until then are in `latency`. */
  readonly unbegun: number
  readonly series: readonly PartSecond[]
  /** Milliseconds of this thread's CPU, warm-up included, and what it did in them. */
  readonly cpu: {
    readonly user: number
    readonly system: number
    readonly statements: number
    readonly elapsed: number
  }
}
