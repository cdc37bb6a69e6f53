import { LatencyHistogram } from './latency-histogram.ts'
import { mergeErrors, type LoadError } from './load-error.ts'
import type { LoadPart } from './load-part.ts'

/** Latencies in milliseconds, to three digits. In an open load they count from the intended start. */
export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly p9999: number
  readonly max: number
  readonly mean: number
}

export interface LoadSecond extends Pick<Latency, 'p50' | 'p95' | 'p99' | 'max'> {
  /** 0 is the first after the warm-up. */
  readonly second: number
  readonly transactions: number
  readonly errors: number
}

/** What the load generator itself took, and whether it was the limit. */
export interface ClientCost {
  /** Microseconds of CPU a statement; user and system together. */
  readonly cpuPerStatement: number
  /** Share of a core that the busiest thread took, 0 to 1. */
  readonly utilization: number
  /** Milliseconds by which 99 in 100 idle sessions began at most too late. */
  readonly lateness: number
  /** Why the numbers are those of the client rather than of the server; absent when they are the server's. */
  readonly limit?: string
}

/** How a load was driven. */
export interface LoadSetting {
  readonly workload: string
  readonly sessions: number
  readonly threads: number
  /** Transactions a second that were to begin; absent in a closed load. */
  readonly rate?: number
  readonly seed: number
  /** Milliseconds. */
  readonly warmup: number
}

/** What a load measured, without its warm-up. */
export interface LoadResult extends LoadSetting {
  /** Transactions that succeeded. */
  readonly transactions: number
  /** Of these a second. */
  readonly throughput: number
  readonly statements: number
  readonly statementsPerTransaction: number
  /** Milliseconds that were measured. */
  readonly elapsed: number
  readonly errors: readonly LoadError[]
  readonly latency: Latency
  /** Arrivals of an open load that were not begun before it was given up. Their waits are in the latencies. */
  readonly unbegun: number
  readonly series: readonly LoadSecond[]
  readonly client: ClientCost
  /** What a workload's check found broken after the load; absent when the workload has none. */
  readonly violations?: readonly string[]
  /** Latencies of all transactions: HdrHistogram V2, compressed, base64, unit microsecond. */
  readonly histogram: string
  /** The latency in milliseconds that `percent` percent do not exceed. */
  percentile(percent: number): number
  /** What it was made of; results are merged from these. */
  readonly parts: readonly LoadPart[]
}

const LATE = 2
const BUSY = 0.9

function latencyOf(histogram: LatencyHistogram): Latency {
  return {
    p50: histogram.percentile(50),
    p90: histogram.percentile(90),
    p95: histogram.percentile(95),
    p99: histogram.percentile(99),
    p999: histogram.percentile(99.9),
    p9999: histogram.percentile(99.99),
    max: histogram.max,
    mean: histogram.mean,
  }
}

/** Puts together what threads, or whole machines, measured side by side. Histograms add up exactly. */
export function loadResult(
  setting: LoadSetting,
  parts: readonly LoadPart[],
  violations?: readonly string[],
): LoadResult {
  const histogram = sumOf(parts.map((part) => part.latency))
  const sum = (of: (part: LoadPart) => number): number => parts.reduce((total, part) => total + of(part), 0)
  const elapsed = Math.max(...parts.map((part) => part.elapsed))
  const statements = sum((part) => part.statements)
  const errors = mergeErrors(parts.map((part) => part.errors))
  const unbegun = sum((part) => part.unbegun)
  const transactions = histogram.count - unbegun
  const attempts = transactions + errors.reduce((total, error) => total + error.count, 0)
  return {
    ...setting,
    transactions,
    throughput: elapsed === 0 ? 0 : transactions / (elapsed / 1_000),
    statements,
    statementsPerTransaction: attempts === 0 ? 0 : statements / attempts,
    elapsed,
    errors,
    latency: latencyOf(histogram),
    unbegun,
    series: seriesOf(parts),
    client: clientCost(setting, parts),
    ...(violations === undefined ? {} : { violations }),
    histogram: histogram.encode(),
    percentile: (percent) => histogram.percentile(percent),
    parts,
  }
}

function sumOf(encoded: readonly string[]): LatencyHistogram {
  const sum = new LatencyHistogram()
  for (const each of encoded) sum.add(LatencyHistogram.decode(each))
  return sum
}

function seriesOf(parts: readonly LoadPart[]): LoadSecond[] {
  const bySecond = Map.groupBy(
    parts.flatMap((part) => part.series),
    ({ second }) => second,
  )
  return [...bySecond.entries()]
    .toSorted(([one], [other]) => one - other)
    .map(([second, of]) => {
      const histogram = sumOf(of.map((each) => each.histogram))
      const { p50, p95, p99, max } = latencyOf(histogram)
      const errors = of.reduce((total, each) => total + each.errors, 0)
      return { second, transactions: histogram.count, errors, p50, p95, p99, max }
    })
}

function clientCost({ rate }: LoadSetting, parts: readonly LoadPart[]): ClientCost {
  const cpu = parts.reduce((total, part) => total + part.cpu.user + part.cpu.system, 0)
  const statements = parts.reduce((total, part) => total + part.cpu.statements, 0)
  const utilization = Math.max(
    0,
    ...parts.map(({ cpu }) => (cpu.elapsed === 0 ? 0 : (cpu.user + cpu.system) / cpu.elapsed)),
  )
  const lateness = sumOf(parts.map((part) => part.lateness)).percentile(99)
  const percent = Math.round(utilization * 100)
  const limit =
    utilization > BUSY
      ? `a thread of the load used ${percent} % of a core: the client could not do more; give it more \`threads\``
      : rate !== undefined && lateness > LATE
        ? `sessions that were free began up to ${lateness.toFixed(1)} ms late (p99): the machine of the client is too busy`
        : undefined
  return {
    cpuPerStatement: statements === 0 ? 0 : (cpu * 1_000) / statements,
    utilization,
    lateness,
    ...(limit === undefined ? {} : { limit }),
  }
}
