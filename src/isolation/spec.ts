/** What an isolation test consists of: tables, and sessions whose steps are interleaved. Plain data. */
export interface IsolationSpec {
  /** Runs once, in a session of its own; what it makes is restored before each further schedule. */
  readonly setup: readonly string[]
  /** Runs once, after the last schedule. */
  readonly teardown: readonly string[]
  readonly sessions: readonly SessionSpec[]
  /** Queries whose rows every report ends with. They run when all transactions have ended. */
  readonly afterwards?: readonly StepSpec[]
}

export interface SessionSpec {
  readonly name: string
  /** Runs in the session before each schedule. */
  readonly setup: readonly string[]
  /** Runs in the session after each schedule, when its transaction was rolled back if it was open. */
  readonly teardown: readonly string[]
  readonly steps: readonly StepSpec[]
}

export interface StepSpec {
  readonly name: string
  /** One statement, or several with `;` between. */
  readonly sql: string
  /** Where it is written, counted from 1. */
  readonly line?: number
}
