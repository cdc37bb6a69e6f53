import { isTidbTestError } from '../errors/tidb-test-error.ts'
import type { RetryOptions } from '../resilience/retry-options.ts'
import { INSIDE_ANOTHER, retriedTransaction, retryOver } from './retried-transaction.ts'
import type { SessionSettings } from './session-settings.ts'
import type { Session } from './session.ts'
import { compileText } from './sql.ts'
import type { StatementQueue } from './statement-queue.ts'

export interface TransactionOptions {
  /** TiDB's transaction mode; the server's default when it is not given. */
  readonly mode?: 'pessimistic' | 'optimistic'
  /**
   * Whether the whole transaction, its body included, is done again after a failure that is transient: a deadlock, a
   * write conflict, a store that is busy. `true` is up to 8 attempts within 30 seconds. An unknown outcome is never
   * tried again, and neither is a transaction inside another one.
   */
  readonly retry?: boolean | RetryOptions
}

/** Called with the session and the number of the attempt, from 1 on. What it did outside the database is not undone. */
export type TransactionBody<R> = (tx: Session, attempt: number) => Promise<R>

const CONNECTION_GONE =
  'the connection is gone, and a session is one connection. connectionPool.transaction() would take another session.'

/** Runs the transactions of one session: with BEGIN, or with savepoints where one is open already. */
export class Transactions {
  readonly #queue: StatementQueue
  readonly #settings: SessionSettings
  #savepoints = 0
  #open = 0

  constructor(queue: StatementQueue, settings: SessionSettings) {
    this.#queue = queue
    this.#settings = settings
  }

  run<R>(body: (attempt: number) => Promise<R>, { mode, retry = false }: TransactionOptions): Promise<R> {
    // A BEGIN inside a transaction would commit it.
    const inside = this.#settings.startSavepoint !== undefined || this.#open > 0
    const attempt = (number: number): Promise<R> =>
      inside ? this.#savepointed(() => body(number)) : this.#transacted(() => body(number), number, mode)
    if (retry === false) return attempt(1)
    const obstacle = (): string | undefined =>
      inside ? INSIDE_ANOTHER : this.#queue.status === 'connected' ? undefined : CONNECTION_GONE
    return retriedTransaction(attempt, retryOver(this.#settings.retry, retry), {
      signal: this.#settings.signal,
      obstacle,
    })
  }

  async #transacted<R>(body: () => Promise<R>, attempt: number, mode: TransactionOptions['mode']): Promise<R> {
    // A BEGIN would commit what the last attempt left open, should its ROLLBACK have failed.
    if (attempt > 1) await this.#send('ROLLBACK')
    await this.#send(mode === undefined ? 'BEGIN' : `BEGIN ${mode.toUpperCase()}`)
    return this.#finish(body, 'COMMIT', 'ROLLBACK')
  }

  async #savepointed<R>(body: () => Promise<R>): Promise<R> {
    const savepoint = `transaction_${++this.#savepoints}`
    await this.#send(`SAVEPOINT ${savepoint}`)
    return this.#finish(body, `RELEASE SAVEPOINT ${savepoint}`, `ROLLBACK TO SAVEPOINT ${savepoint}`)
  }

  async #finish<R>(body: () => Promise<R>, commit: string, rollback: string): Promise<R> {
    let result: R
    this.#open++
    try {
      result = await body()
    } catch (error) {
      await this.#rollBack(rollback)
      throw error
    } finally {
      this.#open--
    }
    await this.#send(commit)
    return result
  }

  async #rollBack(rollback: string): Promise<void> {
    if (this.#queue.status !== 'connected' || this.#settings.signal?.aborted === true) return
    try {
      await this.#send(rollback)
    } catch (error) {
      // A deadlock, say, has rolled everything back already. The failure that brought us here is what must be told.
      if (!isTidbTestError(error)) throw error
    }
  }

  async #send(text: string): Promise<void> {
    await this.#queue.send(compileText(text))
  }
}
