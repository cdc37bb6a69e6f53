import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadPart } from './load-part.ts'
import { loadResult, type LoadResult, type LoadSetting } from './load-result.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** The loads that a test drove, in the order in which they ended. */
    tidbLoads?: LoadMeasurement[]
  }
}

/**
 * What a load measured, as plain data in `task.meta.tidbLoads`: blobs of shards carry it, and nothing of it is lost when
 * it is put together again. Histograms are HdrHistogram V2, compressed, in base64, with the microsecond as unit.
 */
export interface LoadMeasurement {
  readonly version: 1
  readonly setting: LoadSetting
  readonly parts: readonly LoadPart[]
  readonly violations?: readonly string[]
  /** What several machines drive together, and which of them this is, from 1 on. */
  readonly shard?: { readonly load: string; readonly index: number; readonly count: number }
}

/** Beyond this many seconds the series is left out: the whole stays exact. */
const MOST_SECONDS = 120

export function loadMeasurement(result: LoadResult, shard?: LoadMeasurement['shard']): LoadMeasurement {
  const { workload, sessions, threads, rate, seed, warmup, violations } = result
  const brief = result.series.length <= MOST_SECONDS
  return {
    version: 1,
    setting: { workload, sessions, threads, ...(rate === undefined ? {} : { rate }), seed, warmup },
    parts: brief ? result.parts : result.parts.map((part) => ({ ...part, series: [] })),
    ...(violations === undefined ? {} : { violations }),
    ...(shard === undefined ? {} : { shard }),
  }
}

/**
 * Puts together what several machines measured of one load: sessions and rates add up, histograms exactly.
 *
 * @throws TidbTestError `LOAD_MERGE` when there is nothing, or they are of different workloads
 */
export function mergeLoads(measurements: readonly LoadMeasurement[]): LoadResult {
  const [first] = measurements
  const names = new Set(measurements.map(({ setting }) => setting.workload))
  if (first === undefined || names.size > 1) {
    throw new TidbTestError(
      'LOAD_MERGE',
      `only parts of one load can be merged, and not ${[...names].join(' and ') || 'none'}`,
    )
  }
  const sum = (of: (setting: LoadSetting) => number): number =>
    measurements.reduce((total, { setting }) => total + of(setting), 0)
  const violations = measurements.flatMap(({ violations: found }) => (found === undefined ? [] : [found]))
  return loadResult(
    {
      ...first.setting,
      sessions: sum(({ sessions }) => sessions),
      threads: sum(({ threads }) => threads),
      ...(first.setting.rate === undefined ? {} : { rate: sum(({ rate }) => rate ?? 0) }),
    },
    measurements.flatMap(({ parts }) => parts),
    violations.length === 0 ? undefined : [...new Set(violations.flat())],
  )
}
