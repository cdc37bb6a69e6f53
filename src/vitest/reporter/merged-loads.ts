import type { Reporter, TestCase, Vitest } from 'vitest/node'
import type { LoadMeasurement } from '../../load/results/load-measurement.ts'

const milliseconds = (value: number): string => `${value.toLocaleString('en-US', { maximumFractionDigits: 2 })} ms`

/** On a merge of shards, puts together what each has measured of the loads that they drove together, and tells it. */
export class MergedLoads implements Reporter {
  readonly #byLoad = new Map<string, LoadMeasurement[]>()
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  /** Called for each blob's own tests, although tests of the same file replace each other in the end. */
  onTestCaseResult(test: TestCase): void {
    for (const measurement of test.meta().tidbLoads ?? []) {
      if (measurement.shard === undefined) continue
      const { load } = measurement.shard
      const known = this.#byLoad.get(load) ?? []
      // The same blob may be read twice by name of its label.
      if (known.some(({ shard }) => shard?.index === measurement.shard?.index)) continue
      this.#byLoad.set(load, [...known, measurement])
    }
  }

  async onTestRunEnd(): Promise<void> {
    if (this.#byLoad.size === 0) return
    // Histograms are a library of their own, which other runs need not read.
    const { mergeLoads } = await import('../../load/results/load-measurement.ts')
    for (const [load, measurements] of this.#byLoad) {
      const { throughput, transactions, latency, errors } = mergeLoads(measurements)
      const failed = errors.reduce((sum, { count }) => sum + count, 0)
      const of = measurements[0]?.shard?.count ?? measurements.length
      this.#vitest?.logger.log(
        `Load '${load}' of ${measurements.length === of ? of : `${measurements.length} of ${of}`} shards: ` +
          `${transactions.toLocaleString('en-US')} transactions, ${throughput.toFixed(1)}/s, ${failed} errors, ` +
          `p50 ${milliseconds(latency.p50)}, p99 ${milliseconds(latency.p99)}, max ${milliseconds(latency.max)}`,
      )
    }
  }
}
