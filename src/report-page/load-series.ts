import type { LoadRecord } from '../report/load-record.ts'
import type { Line } from './chart-line.ts'

const COLOURS = ['--chart-1', '--chart-2', '--chart-3', '--chart-4']
/** The percentile that is drawn of a baseline too. */
const COMPARED = 'p99'

export function throughputLines({ timeline, baseline }: LoadRecord): Line[] {
  const before = baseline?.timeline?.throughput
  return [
    { label: 'operations/s', values: timeline.throughput, colour: '--chart-1' },
    { label: 'errors/s', values: timeline.errors, colour: '--bad' },
    ...(before === undefined ? [] : [ofBaseline('operations/s', during(timeline, before))]),
  ]
}

export function latencyLines({ timeline, baseline }: LoadRecord): Line[] {
  const before = baseline?.timeline?.latencies[COMPARED]
  return [
    ...Object.entries(timeline.latencies).map(([label, values], index) => ({
      label,
      values,
      colour: COLOURS[index % COLOURS.length] ?? '--chart-1',
    })),
    ...(before === undefined ? [] : [ofBaseline(COMPARED, during(timeline, before))]),
  ]
}

/** Counts up to each bound, without the bounds below which nothing was. A baseline's are in the same bounds. */
export function latencyBars({ histogram, baseline }: LoadRecord): {
  readonly upTo: readonly number[]
  readonly series: readonly Line[]
} {
  const before = baseline?.histogram
  const upTo = [histogram.upTo, before?.upTo ?? []].toSorted((a, b) => b.length - a.length)[0] ?? []
  const filled = (counts: readonly number[]): number[] => upTo.map((_, index) => counts[index] ?? 0)
  const lines: Line[] = [
    { label: 'operations', values: filled(histogram.counts), colour: '--chart-1', bars: true },
    ...(before === undefined ? [] : [ofBaseline('operations', filled(before.counts))]),
  ]
  const first = upTo.findIndex((_, index) => lines.some(({ values }) => (values[index] ?? 0) > 0))
  const from = Math.max(0, first)
  return { upTo: upTo.slice(from), series: lines.map((line) => ({ ...line, values: line.values.slice(from) })) }
}

/** A baseline that took longer is cut, and one that was shorter ends. */
function during({ seconds }: LoadRecord['timeline'], before: Line['values']): (number | null)[] {
  return seconds.map((_, index) => before[index] ?? null)
}

function ofBaseline(label: string, values: Line['values']): Line {
  return { label: `${label}, baseline`, values, colour: '--text', dashed: true }
}
