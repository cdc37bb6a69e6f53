import { LatencyHistogram } from './latency-histogram.ts'
import type { LoadError } from './load-error.ts'
import type { Latency, LoadResult, LoadSecond, LoadSetting } from './load-result.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** The loads that a test drove, in the order in which they ended. */
    tidbLoads?: LoadRecord[]
  }
}

/** What a load did, as plain data in `task.meta.tidbLoads`: for reporters, and for a merge of shards. Times in milliseconds. */
export interface LoadRecord extends LoadSetting {
  readonly version: 1
  readonly transactions: number
  readonly throughput: number
  readonly statements: number
  readonly statementsPerTransaction: number
  readonly elapsed: number
  readonly unbegun: number
  readonly errors: readonly LoadError[]
  readonly latency: Latency
  readonly series: readonly LoadSecond[]
  /** HdrHistogram V2, compressed, base64; unit microsecond. Those of several records add up exactly. */
  readonly histogram: string
  /** For drawing: how many were at most so many milliseconds, and more than the bound before. */
  readonly distribution: { readonly upTo: readonly number[]; readonly counts: readonly number[] }
  readonly client: LoadResult['client']
  readonly violations?: readonly string[]
  /** What it was compared with by toKeepUpWith. */
  readonly baseline?: LoadBaseline
}

export interface LoadBaseline {
  readonly workload: string
  readonly throughput: number
  readonly latency: Latency
  readonly passed: boolean
}

/** Three bars from each power of ten to the next. */
const BOUNDS_PER_DECADE = [1, 2, 5]
/** A series of more seconds than this is cut to every nth. */
const MOST_SECONDS = 600

export function loadRecord(result: LoadResult): LoadRecord {
  const { parts: _parts, percentile: _percentile, series, ...plain } = result
  const stride = Math.max(1, Math.ceil(series.length / MOST_SECONDS))
  return {
    version: 1,
    ...plain,
    series: series.filter((_, index) => index % stride === 0),
    distribution: distributionOf(LatencyHistogram.decode(result.histogram)),
  }
}

function distributionOf(histogram: LatencyHistogram): LoadRecord['distribution'] {
  const upTo: number[] = []
  for (let decade = 0.01; upTo.length < 30; decade *= 10) {
    for (const step of BOUNDS_PER_DECADE) {
      upTo.push(Number((decade * step).toPrecision(1)))
      if (decade * step >= histogram.max) return { upTo, counts: histogram.countsUpTo(upTo) }
    }
  }
  return { upTo, counts: histogram.countsUpTo(upTo) }
}
