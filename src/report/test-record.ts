import type { FaultRecord } from './fault-record.ts'
import type { LoadRecord } from './load-record.ts'

/** Raised when a reader of older records would misread a newer one. */
export const RECORD_VERSION = 1

/**
 * What is known of one test: plain data, bounded in size, without secrets. Fixtures put it into `task.meta.tidb`, so that
 * every reporter, and a merge of shards, has it.
 *
 * Times are milliseconds, and places in time milliseconds since `startedAt`.
 */
export interface TestRecord {
  readonly version: number
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  readonly milliseconds: number
  readonly database: string
  readonly mode: 'database' | 'transaction' | 'server'
  /** What the run's randomness started from. */
  readonly seed: number
  /** The command that runs this test alone, with the same seed. */
  readonly replay: string
  /** How to reach the database, when it was kept. */
  readonly kept?: string
  readonly sessions: readonly SessionRecord[]
  /** In the order of sending. */
  readonly statements: readonly StatementRecord[]
  /** Statements for which there was no room. */
  readonly omitted?: {
    readonly count: number
    /** Index of the first statement that was sent after them. */
    readonly before: number
  }
  /** Stretches in which a statement was seen to wait for somebody. */
  readonly waits?: readonly WaitRecord[]
  /** What the parties of coordinated runs did and waited for. */
  readonly events?: readonly EventRecord[]
  readonly machines?: readonly MachineRecord[]
  readonly plans?: readonly PlanRecord[]
  readonly faults?: readonly FaultRecord[]
  readonly loads?: readonly LoadRecord[]
  readonly anomalies?: readonly AnomalyRecord[]
  /** Who waited for whom when the test failed with statements under way. */
  readonly graph?: GraphRecord
}

export interface SessionRecord {
  readonly name: string
  readonly connectionId: number
}

export interface StatementRecord {
  /** Index among the sessions. */
  readonly session: number
  readonly at: number
  /** Absent for one that was under way when the record was made. */
  readonly milliseconds?: number
  /** With `?` for bound values; passwords masked; cut at a few thousand characters. */
  readonly sql: string
  /** As SQL literals, passwords masked, long ones cut. */
  readonly values?: readonly string[]
  /** Whether the SQL or a value was cut. */
  readonly cut?: true
  /** Returned or affected. */
  readonly rows?: number
  readonly error?: string
  /** Whether a transaction was open behind it, where the server said so. */
  readonly inTransaction?: boolean
}

export interface WaitRecord {
  /** Index among the sessions. */
  readonly session: number
  readonly at: number
  readonly until: number
  /** Names of sessions, or `connection 42`. */
  readonly blockers: readonly string[]
  /** Who it may have been, when nobody is proven. */
  readonly candidates?: readonly string[]
  /** `row t(1)`, `metadata of t`; absent when it is not known. */
  readonly target?: string
  readonly kind: string
  readonly evidence: string
}

/** Something that happened at a moment, or lasted. */
export interface EventRecord {
  /** A session's name, or that of whoever else took part. */
  readonly lane: string
  readonly at: number
  /** For what lasted: a wait at a barrier, say. */
  readonly until?: number
  readonly kind: 'barrier' | 'wait' | 'message' | 'event'
  readonly text: string
  /** Whom a message was sent to. */
  readonly to?: string
  readonly failed?: true
}

export interface MachineRecord {
  /** What it ran on or as. */
  readonly name: string
  readonly state: string
  readonly failed?: true
  readonly visits: readonly VisitRecord[]
  readonly omitted?: number
}

export interface VisitRecord {
  readonly state: string
  readonly at: number
  readonly milliseconds: number
  readonly handler?: string
  /** Absent for one that passed. */
  readonly outcome?: 'failed' | 'timed out' | 'aborted'
  readonly phase?: 'hook' | 'enter' | 'execute' | 'exit'
  readonly error?: string
}

export interface PlanRecord {
  readonly at: number
  readonly sql: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What a test found out of an anomaly, in one isolation level and transaction mode. */
export interface AnomalyRecord {
  readonly anomaly: string
  readonly setting: string
  readonly verdict: 'shown' | 'prevented' | 'unknown'
  readonly schedules: number
  /** The transactions and what they saw; for `unknown`, why it can't be told. */
  readonly evidence?: string
  /** The call that runs the schedule again that shows it. */
  readonly replay?: string
}

export interface GraphRecord {
  readonly sessions: readonly {
    readonly name: string
    readonly statement?: string
    readonly milliseconds: number
    readonly transactionOpen: boolean
    readonly wait?: {
      readonly blockers: readonly string[]
      readonly candidates: readonly string[]
      readonly target?: string
      readonly kind: string
    }
  }[]
  /** What could not be asked, and why; or why there is no graph. */
  readonly unavailable: readonly string[]
}
