import type { RunRecord } from './run-record.ts'
import type { TestRecord } from './test-record.ts'

/** Everything that a report shows. */
export interface ReportData {
  readonly version: number
  /** Milliseconds since the Unix epoch. */
  readonly writtenAt: number
  /** One, or those of the shards that were merged. */
  readonly runs: readonly RunRecord[]
  readonly tests: readonly ReportedTest[]
  /** Errors of no test: of a file that can't be loaded, of the run. */
  readonly errors: readonly ReportedError[]
}

export interface ReportedTest {
  /** The names of its suites, then its own. */
  readonly name: readonly string[]
  /** From the root of its project. */
  readonly file: string
  readonly line?: number
  readonly project?: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** Of one that was skipped. */
  readonly note?: string
  readonly milliseconds?: number
  /** How often it failed before it passed, or failed for good. */
  readonly retries?: number
  /** Index among the runs. */
  readonly run?: number
  readonly errors?: readonly ReportedError[]
  /** Of a test that used a fixture of the toolkit. */
  readonly record?: TestRecord
}

export interface ReportedError {
  readonly message: string
  /** Lines of expected and received. */
  readonly diff?: string
  /** Where it was thrown: `orders.test.ts:12:5`. */
  readonly at?: string
}
