import type { StartedStatement } from '../connections/started-statement.ts'
import type { Session } from '../connections/session.ts'
import type { StatementState } from '../blocking/wait.ts'

/** Where schedules run: sessions on one database that is nobody else's, and somebody who sees who waits. */
export interface Stage {
  openSession(name: string): Promise<Session>
  readonly observer: WaitObserver
  /** Aborts when the test times out or is cancelled. */
  readonly signal: AbortSignal
}

/** What a schedule needs of a `BlockingObserver`. */
interface WaitObserver {
  endedOrBlocked(
    statement: StartedStatement,
    options?: { readonly signal?: AbortSignal; readonly timeout?: number },
  ): Promise<StatementState>
}
