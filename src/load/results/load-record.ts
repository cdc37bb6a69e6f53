import type { LoadRecord } from '../../report/load-record.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import type { Latency, LoadResult, LoadSecond } from './load-result.ts'

/** Three bars from each power of ten to the next. */
const BOUNDS_PER_DECADE = [1, 2, 5]
/** A series of more seconds than this is cut to every nth. */
const MOST_SECONDS = 600

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
    timeline: timelineOf(result.series.filter((_, index) => index % stride === 0)),
    histogram: distributionOf(LatencyHistogram.decode(result.histogram)),
    settings: {
      sessions,
      threads,
      rate: rate ?? 'closed',
      seed,
      warmup,
      statementsPerTransaction: Number(statementsPerTransaction.toFixed(2)),
      clientMicrosecondsPerStatement: Number(client.cpuPerStatement.toFixed(1)),
      ...(client.limit === undefined ? {} : { client: client.limit }),
      ...(unbegun === 0 ? {} : { unbegun }),
      ...Object.fromEntries(errors.map(({ class: kind, code, count }) => [`${code}, ${kind}`, count])),
    },
  }
}

/** The baseline that a load was compared with, for its record. */
export function baselineOf(
  { workload, throughput, latency }: LoadResult,
  passed: boolean,
): LoadRecord['baseline'] & {} {
  return { name: workload, throughput, latencies: { ...latency }, passed }
}

function timelineOf(series: readonly LoadSecond[]): LoadRecord['timeline'] {
  const each = (name: keyof Latency & keyof LoadSecond): (number | null)[] =>
    series.map((second) => (second.transactions === 0 ? null : second[name]))
  return {
    seconds: series.map(({ second }) => second + 1),
    throughput: series.map(({ transactions }) => transactions),
    errors: series.map(({ errors }) => errors),
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
