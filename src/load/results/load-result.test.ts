import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'
import { mergeErrors } from './load-error.ts'
import type { LoadPart } from './load-part.ts'
import { loadMeasurement, mergeLoads, type LoadMeasurement } from './load-measurement.ts'
import { loadRecord } from './load-record.ts'
import { loadResult, type LoadSetting } from './load-result.ts'

const setting: LoadSetting = { workload: 'w', sessions: 2, threads: 2, seed: 1, warmup: 0 }
const histogramOf = (latencies: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram()
  for (const each of latencies) histogram.record(each)
  return histogram
}
const partOf = (latencies: readonly number[], more: Partial<LoadPart> = {}): LoadPart => ({
  statements: latencies.length,
  elapsed: 1_000,
  errors: [],
  latency: histogramOf(latencies).encode(),
  lateness: histogramOf([]).encode(),
  unbegun: 0,
  series: [{ second: 0, errors: 0, histogram: histogramOf(latencies).encode() }],
  cpu: { user: 100, system: 100, statements: latencies.length, elapsed: 1_000 },
  ...more,
})
// A histogram is large, and each run makes several.
const FEW = { numRuns: 25 }
const latencies = fc.array(fc.double({ min: 0.001, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 })

test('percentiles are exact to three digits', () => {
  fc.assert(
    fc.property(latencies, fc.double({ min: 0.1, max: 100, noNaN: true }), (values, percent) => {
      const sorted = values.map((value) => Math.max(0.001, Math.round(value * 1_000) / 1_000)).toSorted((a, b) => a - b)
      const exact = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!
      // Rounding of the rank itself may choose a neighbour.
      const rank = sorted.indexOf(exact)
      const near = [sorted[rank - 1], exact, sorted[rank + 1]].filter((value) => value !== undefined)
      const found = histogramOf(values).percentile(percent)
      expect(near.some((value) => Math.abs(found - value) <= Math.max(0.001, value * 0.001))).toBe(true)
    }),
    FEW,
  )
})

test('what is merged is what one histogram of all would be', () => {
  fc.assert(
    fc.property(latencies, latencies, (one, other) => {
      const merged = loadResult(setting, [partOf(one), partOf(other)])
      const together = loadResult(setting, [partOf([...one, ...other])])
      expect(merged.latency).toEqual(together.latency)
      expect(merged.transactions).toBe(one.length + other.length)
      expect(merged.histogram).toBe(together.histogram)
    }),
    FEW,
  )
})

test('bars of a distribution hold every transaction once', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const { histogram: distribution } = loadRecord(loadResult(setting, [partOf(values)]))
      expect(distribution.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
      expect(distribution.counts).toHaveLength(distribution.upTo.length)
    }),
    FEW,
  )
})

test('seconds of several threads are put together by their number', () => {
  const second = (number: number, values: readonly number[]): LoadPart['series'][number] => ({
    second: number,
    errors: 1,
    histogram: histogramOf(values).encode(),
  })
  const result = loadResult(setting, [
    partOf([1], { series: [second(0, [1]), second(1, [3])] }),
    partOf([1], { series: [second(1, [5, 5]), second(3, [])] }),
  ])
  expect(result.series).toMatchObject([
    { second: 0, transactions: 1, errors: 1, p50: 1, max: 1 },
    { second: 1, transactions: 3, errors: 2, p50: expect.closeTo(5, 2) },
    { second: 3, transactions: 0, errors: 1, max: 0 },
  ])
})

test('a series that is drawn has the seconds in which nothing ended, and of the last one the rate', () => {
  const second = (number: number, values: readonly number[]): LoadPart['series'][number] => ({
    second: number,
    errors: values.length,
    histogram: histogramOf(values).encode(),
  })
  const drawn = (elapsed: number) =>
    loadRecord(loadResult(setting, [partOf([1], { elapsed, series: [second(0, [1, 1]), second(2, [3])] })])).timeline
  expect(drawn(2_500)).toMatchObject({
    seconds: [1, 2, 2.5],
    throughput: [2, 0, 2],
    errors: [2, 0, 2],
    latencies: { p50: [1, null, expect.closeTo(3, 2)] },
  })
  expect(drawn(2_010)).toMatchObject({ seconds: [1, 2], throughput: [2, 0] })
  expect(drawn(100)).toMatchObject({ seconds: [0.1], throughput: [20] })
})

test('a result says when its client was the limit', () => {
  const busy = partOf([1], { cpu: { user: 600, system: 350, statements: 10, elapsed: 1_000 } })
  expect(loadResult(setting, [partOf([1]), busy]).client.limit).toBe(
    'a thread of the load used 95 % of a core: the client could not do more; give it more `threads`',
  )
  const late = partOf([1], { lateness: histogramOf([1, 1, 9]).encode() })
  expect(loadResult({ ...setting, rate: 10 }, [late]).client.limit).toMatch(/began up to 9\.\d ms late/)
  expect(loadResult(setting, [partOf([1])]).client).toMatchObject({ cpuPerStatement: 200_000, utilization: 0.2 })
  expect(loadResult(setting, [partOf([1])]).client).not.toHaveProperty('limit')
})

test('parts of one load add up, and those of different loads are refused', () => {
  const half = (values: readonly number[]): LoadMeasurement =>
    loadMeasurement(loadResult({ ...setting, rate: 50 }, [partOf(values)], []), { load: 'l', index: 1, count: 2 })
  const merged = mergeLoads([half([1, 2]), half([3])])
  expect(merged).toMatchObject({ sessions: 4, rate: 100, transactions: 3, throughput: 3, violations: [] })
  expect(merged.latency).toEqual(loadResult(setting, [partOf([1, 2, 3])]).latency)
  const other = { ...half([1]), setting: { ...setting, workload: 'other' } }
  expect(() => mergeLoads([half([1]), other])).toThrow('only parts of one load can be merged, and not w and other')
  expect(() => mergeLoads([])).toThrow('and not none')
})

test('failures of one kind are counted together', () => {
  const deadlock = {
    class: 'transient',
    errno: 1213,
    code: 'ER_LOCK_DEADLOCK',
    count: 2,
    slowest: 5,
    message: 'a',
  } as const
  const lost = { class: 'unknown', errno: 0, code: 'CONNECT_LOST', count: 9, slowest: 1, message: 'b' } as const
  expect(mergeErrors([[deadlock], [lost, { ...deadlock, count: 3, slowest: 8 }]])).toEqual([
    lost,
    { ...deadlock, count: 5, slowest: 8 },
  ])
})
