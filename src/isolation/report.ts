import type { Wait } from '../blocking/wait.ts'
import type { SqlRow } from '../connections/sql.ts'
import { TidbTestError } from '../errors/tidb-test-error.ts'
import type { StatementError } from '../errors/statement-error.ts'
import type { Detection } from './detection/detection.ts'
import type { IsolationSetting } from './isolation-setting.ts'
import { reportLines } from './report-lines.ts'
import { printCall, printStep, type Schedule } from './schedule.ts'

/** What came of one step. */
export interface StepRecord {
  readonly session: string
  readonly step: string
  readonly sql: string
  /** Where it stands in the schedule, from 0. */
  readonly position: number
  /** `unfinished` only in what an error shows of a schedule that could not go on. */
  readonly outcome: 'done' | 'failed' | 'unfinished'
  /** Whom it waited for before it ended, if it was seen to wait. */
  readonly waited?: Wait
  /** What each of its statements returned or did; empty when it failed. */
  readonly results: readonly StepResult[]
  /** The rows of its statement, or of the last one that has any. */
  readonly rows?: readonly SqlRow[]
  /** The names of the columns of `rows`. */
  readonly fields: readonly string[]
  /** By all its statements together. */
  readonly affectedRows?: number
  readonly error?: StatementError
}

/** What one statement returned or did; `writes` when it is one that writes rows, be it none. */
export type StepResult =
  | { readonly rows: readonly SqlRow[]; readonly fields: readonly string[] }
  | { readonly affectedRows: number; readonly writes: boolean }

/** What is reported, in the order in which it is. `completed` is the end of a step that was reported as waiting. */
export interface StepEvent {
  readonly kind: 'ended' | 'waiting' | 'completed'
  readonly record: StepRecord
}

/** How one schedule went. Prints as golden text. */
export class IsolationReport<Step extends string = string> {
  readonly schedule: Schedule
  /** In the order in which they were sent. */
  readonly records: readonly StepRecord[]
  readonly events: readonly StepEvent[]
  /** Rows of the queries that ran at the end. */
  readonly afterwards: readonly StepRecord[]
  /** In which level, mode and variables it ran. */
  readonly setting: IsolationSetting
  /** The anomalies that it has shown, if they were looked for. */
  readonly detection: Detection | undefined

  constructor(content: {
    readonly schedule: Schedule
    readonly records: readonly StepRecord[]
    readonly events: readonly StepEvent[]
    readonly afterwards: readonly StepRecord[]
    readonly setting: IsolationSetting
    readonly detection?: Detection
  }) {
    this.schedule = content.schedule
    this.records = content.records
    this.events = content.events
    this.afterwards = content.afterwards
    this.setting = content.setting
    this.detection = content.detection
  }

  /** The call that runs the same schedule again. */
  get replay(): string {
    return printCall(this.schedule)
  }

  /** What came of a step, the last time it ran. @throws TidbTestError `ISOLATION_STEP` when the schedule does not have it */
  step(name: Step): StepRecord {
    const found = [...this.records, ...this.afterwards].findLast((record) => printStep(record) === name)
    if (found !== undefined) return found
    const known = [...new Set([...this.records, ...this.afterwards].map((record) => printStep(record)))].join(', ')
    throw new TidbTestError('ISOLATION_STEP', `the schedule has no step '${name}'`, { remedy: `It has ${known}.` })
  }

  /** The rows that a step returned; none when it failed. @throws TidbTestError `ISOLATION_STEP` */
  rows(name: Step): readonly SqlRow[] {
    return this.step(name).rows ?? []
  }

  toString(): string {
    return reportLines(this).join('\n')
  }
}
