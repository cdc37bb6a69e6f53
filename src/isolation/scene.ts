import type { Session } from '../connections/session.ts'
import type { StartedStatement } from '../connections/started-statement.ts'
import { StatementError } from '../errors/statement-error.ts'
import type { Observation } from './anomaly.ts'
import type { TransactionKind } from './transaction-kind.ts'
import type { WaitWatch } from './wait-watch.ts'

/** Two sessions on a table `account (id, value)` with ids from 1 to `rows`. */
export class Scene {
  readonly first: Session
  readonly second: Session
  readonly rows: number
  readonly #kind: TransactionKind
  readonly #waits: WaitWatch

  constructor(sessions: readonly [Session, Session], rows: number, kind: TransactionKind, waits: WaitWatch) {
    this.first = sessions[0]
    this.second = sessions[1]
    this.rows = rows
    this.#kind = kind
    this.#waits = waits
  }

  async begin(session: Session): Promise<void> {
    await session.script(`BEGIN ${this.#kind.mode.toUpperCase()}`)
  }

  /** Resolves when the statement has ended, or waits for a lock of the other transaction. */
  async endedOrWaiting(statement: StartedStatement): Promise<void> {
    await this.#waits.endedOrWaiting(statement)
  }

  /**
   * Commits the first transaction while the second has a statement under way, and then the second. Whichever the server
   * refuses is rolled back.
   */
  async commitBoth(statement: StartedStatement): Promise<Observation['refusal']> {
    await this.endedOrWaiting(statement)
    try {
      await this.first.run`COMMIT`
      await statement.result()
      await this.second.run`COMMIT`
      return undefined
    } catch (error) {
      if (!(error instanceof StatementError) || error.outcome !== 'transient') throw error
      return { errno: error.errno, symbol: error.symbol }
    } finally {
      await this.end()
    }
  }

  /** Rolls back what is still open. */
  async end(): Promise<void> {
    for (const session of [this.first, this.second]) {
      if (session.status === 'connected') await session.run`ROLLBACK`
    }
  }
}
