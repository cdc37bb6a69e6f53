import type { RetryOptions } from '../resilience/retry-options.ts'
import type { Endpoint } from './endpoint.ts'
import type { DeadlockSource } from './deadlock.ts'
import type { StartedStatement } from './started-statement.ts'
import type { StatementHook } from './statement-hook.ts'
import type { StatementLog } from './statement-log.ts'
import type { Statement } from './statement.ts'

export interface SessionSettings {
  readonly name: string
  readonly endpoint: Endpoint
  readonly database: string | undefined
  readonly connectionId: number
  readonly timeZone: string
  /** Milliseconds after which a statement is ended with KILL QUERY. */
  readonly timeout: number
  /** When it aborts, the statement under way is ended with KILL QUERY. */
  readonly signal?: AbortSignal
  readonly log?: StatementLog
  /** What holds for retried transactions where they say nothing themselves. */
  readonly retry?: RetryOptions
  readonly hooks?: readonly StatementHook[]
  /** Is asked when a statement is the victim of a deadlock; another connection is opened for it where there is none. */
  readonly deadlocks?: DeadlockSource
  /** Sees every statement that is made, sent or not. */
  readonly onStatement?: (statement: Statement<unknown> | StartedStatement) => void
  /** A transaction is open around the test and began with this savepoint; `transaction()` sets savepoints in it. */
  readonly startSavepoint?: string
}
