import { describeSetting } from './isolation-setting.ts'
import type { InterleavingCounts } from './explore.ts'
import type { IsolationReport } from './report.ts'

/** The reports of all schedules that were run, in the order in which they were. */
export class Exploration<Step extends string = string> extends Array<IsolationReport<Step>> {
  /** What is made by `map` and `filter` is an ordinary array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  readonly #counts: InterleavingCounts

  constructor(reports: readonly IsolationReport<Step>[], counts: InterleavingCounts) {
    super()
    this.push(...reports)
    this.#counts = counts
  }

  /** How many interleavings there are, and what became of them. */
  get counts(): InterleavingCounts {
    return this.#counts
  }

  override toString(): string {
    return [
      ...this.map((report) => `${report.replay}\n${indented(String(report))}`),
      describeCounts(this.#counts),
    ].join('\n\n')
  }
}

/** `20 interleavings: 14 run, 6 not possible as a session is blocked`. */
export function describeCounts({ total, run, blocked, beyondPreemptions, seed }: InterleavingCounts): string {
  const parts = [
    `${run} run`,
    ...(seed === undefined ? [] : [`drawn with seed ${seed}`]),
    ...(blocked === 0n ? [] : [`${blocked} not possible, as a session is blocked`]),
    ...(beyondPreemptions === 0n ? [] : [`${beyondPreemptions} with more preemptions`]),
  ]
  return `${total} ${total === 1n ? 'interleaving' : 'interleavings'}: ${parts.join(', ')}`
}

/** A schedule for a failure: how to run it again, in what it ran, and how it went. */
export function describeReport(report: IsolationReport, seed?: number): string {
  const circumstances = [describeSetting(report.setting), seed === undefined ? '' : `seed ${seed}`]
  const where = circumstances.filter((text) => text !== '').join('; ')
  return `${report.replay}${where === '' ? '' : `\n  (${where})`}\n${indented(String(report))}`
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
