import type { LoadRecord } from '../../report/load-record.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import type { Latency, LoadResult, LoadSecond } from './load-result.ts'

/** Three bars from each power of ten to the next. */
const BOUNDS_PER_DECADE = [1, 2, 5]
/** A series of more seconds than this is cut to every nth. */
const MOST_SECONDS = 600
/** What ended after the last whole second, in less than this, says nothing of a rate. */
const LEAST_OF_SECOND = 0.25

/** What a report draws of a load. */
export function loadRecord(result: LoadResult): LoadRecord {
  const { workload, elapsed, transactions, throughput, errors, latency, sessions, threads, rate, seed, warmup } = result
  const { client, unbegun, statementsPerTransaction } = result
  const stride = Math.max(1, Math.ceil(result.series.length / MOST_SECONDS))
  return {
    name: workload,
    milliseconds: elapsed,
    operations: transactions,
    errors: errors.reduce((sum, { count }) => sum + count, 0),
    throughput,
    latencies: { ...latency },
    timeline: timelineOf(intervalsOf(result).filter((_, index) => index % stride === 0)),
    histogram: distributionOf(LatencyHistogram.decode(result.histogram)),
    settings: {
      sessions,
      threads,
      rate: rate === undefined ? 'as fast as answered' : `${rate} a second`,
      seed,
      'warm-up': `${warmup} ms`,
      'statements per transaction': Number(statementsPerTransaction.toFixed(2)),
      'client per statement': `${client.cpuPerStatement.toFixed(1)} µs`,
      ...(client.limit === undefined ? {} : { client: client.limit }),
      ...(unbegun === 0 ? {} : { 'not begun': unbegun }),
      ...Object.fromEntries(errors.map(({ class: kind, code, count }) => [`${code} (${kind})`, count])),
    },
  }
}

/** The baseline that a load was compared with, for its record. */
export function baselineOf(result: LoadResult, passed: boolean): LoadRecord['baseline'] & {} {
  const { name, throughput, latencies, timeline, histogram } = loadRecord(result)
  return { name, throughput, latencies, timeline, histogram, passed }
}

interface Interval extends LoadSecond {
  /** A second, but for the last one. */
  readonly length: number
}

const NOTHING = { transactions: 0, errors: 0, p50: 0, p95: 0, p99: 0, max: 0 }

/**
 * Every second, also those in which nothing ended. The last one ended with the load: its rate is that of its part, and of
 * a small part there is none.
 */
function intervalsOf({ series, elapsed }: LoadResult): Interval[] {
  const bySecond = new Map(series.map((each) => [each.second, each]))
  const seconds = Math.max(Math.ceil(elapsed / 1_000), ...series.map(({ second }) => second + 1))
  return Array.from({ length: seconds }, (_, second) => bySecond.get(second) ?? { second, ...NOTHING })
    .map((each) => ({ ...each, length: Math.min(1, elapsed / 1_000 - each.second) }))
    .filter(({ length }, index) => index === 0 || length >= LEAST_OF_SECOND)
}

function timelineOf(series: readonly Interval[]): LoadRecord['timeline'] {
  const each = (name: keyof Latency & keyof LoadSecond): (number | null)[] =>
    series.map((second) => (second.transactions === 0 ? null : second[name]))
  const rate = (count: number, length: number): number => Number((count / length).toFixed(1))
  return {
    seconds: series.map(({ second, length }) => Number((second + length).toFixed(2))),
    throughput: series.map(({ transactions, length }) => rate(transactions, length)),
    errors: series.map(({ errors, length }) => rate(errors, length)),
    latencies: { p50: each('p50'), p95: each('p95'), p99: each('p99'), max: each('max') },
  }
}

function distributionOf(histogram: LatencyHistogram): LoadRecord['histogram'] {
  const upTo: number[] = []
  for (let decade = 0.01; upTo.length < 30; decade *= 10) {
    for (const step of BOUNDS_PER_DECADE) {
      upTo.push(Number((decade * step).toPrecision(1)))
      if (decade * step >= histogram.max) return { upTo, counts: histogram.countsUpTo(upTo) }
    }
  }
  return { upTo, counts: histogram.countsUpTo(upTo) }
}
