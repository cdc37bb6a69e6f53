/**
 * In what a run took place: plain data without secrets, in `meta.tidbRun` of each test file, so that a merge of shards,
 * which runs nothing, has it.
 */
export interface RunRecord {
  readonly version: number
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  readonly versions: {
    readonly node: string
    readonly vitest: string
    readonly 'vitest-tidb': string
    readonly system: string
  }
  readonly seed: number
  /** Absent when no test has asked for a TiDB. */
  readonly backend?: BackendRecord
  /** `2/3`. */
  readonly shard?: string
  readonly configFile?: string
  /** Every setting that has a value; secrets read `***`. */
  readonly settings: readonly {
    readonly key: string
    readonly value: string | number | boolean
    readonly origin: string
  }[]
}

interface BackendRecord {
  readonly kind: string
  /** What `SELECT VERSION()` says. */
  readonly version: string
  readonly store: string
  /** Where it came from: a path, an image, a host. */
  readonly detail: string
  readonly sharing: 'private' | 'shared'
}
