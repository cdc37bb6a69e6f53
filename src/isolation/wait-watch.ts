import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Session } from '../connections/session.ts'
import type { StartedStatement } from '../connections/started-statement.ts'
import { StatementError } from '../errors/statement-error.ts'

const POLL_MS = 5

/** Sees in TiDB's views whether a statement waits for a lock. */
export class WaitWatch {
  readonly #observer: Session
  readonly #signal: AbortSignal
  #clusterView = true

  constructor(observer: Session, signal: AbortSignal) {
    this.#observer = observer
    this.#signal = signal
  }

  /** A statement that neither ends nor waits is ended by the timeout of its session. */
  async endedOrWaiting(statement: StartedStatement): Promise<void> {
    while (statement.status === 'running' && !(await this.#waits(statement.session.connectionId))) {
      await sleep(systemClock, POLL_MS, this.#signal)
    }
  }

  /**
   * STATE and SESSION_ID: https://docs.pingcap.com/tidb/stable/information-schema-tidb-trx. Behind a load balancer the
   * sessions may be on different servers; the view of the whole cluster is not everywhere to be had.
   */
  async #waits(connectionId: number): Promise<boolean> {
    try {
      const rows = this.#clusterView
        ? await this.#observer.query`
            SELECT 1 FROM information_schema.cluster_tidb_trx WHERE session_id = ${connectionId} AND state = 'LockWaiting'`
        : await this.#observer.query`
            SELECT 1 FROM information_schema.tidb_trx WHERE session_id = ${connectionId} AND state = 'LockWaiting'`
      return rows.length > 0
    } catch (error) {
      if (!this.#clusterView || !(error instanceof StatementError) || this.#observer.status !== 'connected') throw error
      this.#clusterView = false
      return this.#waits(connectionId)
    }
  }
}
