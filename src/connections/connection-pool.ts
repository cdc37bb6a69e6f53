import { ConnectError } from '../errors/connect-error.ts'
import type { RetryOptions } from '../resilience/retry-options.ts'
import { closeSessions } from './close-sessions.ts'
import { INSIDE_ANOTHER, retriedTransaction, retryOver } from './retried-transaction.ts'
import type { Session } from './session.ts'
import type { TransactionBody, TransactionOptions } from './transaction.ts'

export interface ConnectionPoolOptions {
  /** The most sessions that are open at the same time. */
  readonly size: number
  /** Milliseconds that acquire() waits for a free session; 30 seconds when not given. */
  readonly acquireTimeout?: number
  /** Opens one session; the pool names it. */
  readonly open: (name: string) => Promise<Session>
  /** What holds for retried transactions where they say nothing themselves. */
  readonly retry?: RetryOptions
  /** Called when a session turned out to be broken and another one takes its place. */
  readonly onReplace?: (replacement: Replacement) => void
}

/** A session that the pool gave up. */
export interface Replacement {
  readonly session: string
  readonly connectionId: number
  /** What was wrong with it. */
  readonly reason: string
}

export interface ConnectionPoolStatus {
  readonly size: number
  readonly open: number
  readonly free: number
  /** How many wait for a session. */
  readonly waiting: number
  /** How many broken ones were replaced, since the pool was made. */
  readonly replaced: number
}

/** Milliseconds that a session has to answer when it is checked. */
const CHECK_TIMEOUT = 5_000

interface Waiter {
  readonly resolve: (session: Session) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Up to `size` sessions, opened on demand, and checked when they are lent and when they come back; a broken one is
 * replaced, and nobody but whoever had it notices.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  readonly #all = new Set<Session>()
  readonly #free: Session[] = []
  readonly #lent = new Set<Session>()
  readonly #waiting: Waiter[] = []
  #opening = 0
  #opened = 0
  #replaced = 0
  #closed = false

  constructor(options: ConnectionPoolOptions) {
    if (!Number.isInteger(options.size) || options.size < 1) {
      throw new RangeError(`the size of a connection pool is a whole number from 1 on, not ${options.size}`)
    }
    this.#options = options
  }

  get status(): ConnectionPoolStatus {
    return {
      size: this.#options.size,
      open: this.#all.size,
      free: this.#free.length,
      waiting: this.#waiting.length,
      replaced: this.#replaced,
    }
  }

  /** Lends a session for as long as the body runs. */
  async use<R>(body: (session: Session) => Promise<R>): Promise<R> {
    const session = await this.acquire()
    try {
      return await body(session)
    } finally {
      await this.release(session)
    }
  }

  /**
   * A transaction on a session of its own. With `retry`, each attempt has one that works, so that a lost connection does
   * not end it: see `Session.transaction`.
   *
   * @throws StatementError, ConnectError, whatever the body throws
   */
  async transaction<R>(body: TransactionBody<R>, options: TransactionOptions = {}): Promise<R> {
    const { retry = false, ...own } = options
    let inside = false
    const attempt = (number: number): Promise<R> =>
      this.use((session) => {
        inside = session.insideTransaction
        return session.transaction((tx) => body(tx, number), own)
      })
    if (retry === false) return attempt(1)
    const obstacle = (): string | undefined =>
      inside ? INSIDE_ANOTHER : this.#closed ? 'the connection pool is closed.' : undefined
    return retriedTransaction(attempt, retryOver(this.#options.retry, retry), { obstacle })
  }

  /** Checks the sessions that nobody has, and lets go of the broken ones. */
  async check(): Promise<ConnectionPoolStatus> {
    const free = this.#free.splice(0)
    await Promise.all(
      free.map(async (session) => {
        if (await this.#answers(session)) this.#giveBack(session)
      }),
    )
    return this.status
  }

  /** @throws ConnectError `CONNECT_POOL_TIMEOUT` when no session comes free in time, `CONNECT_POOL_CLOSED` after close(). */
  async acquire(): Promise<Session> {
    if (this.#closed) throw closed('the connection pool is closed')
    for (let session = this.#free.pop(); session !== undefined; session = this.#free.pop()) {
      if (await this.#answers(session)) return this.#lend(session)
    }
    if (this.#closed) throw closed('the connection pool was closed while a session was checked')
    if (this.#all.size + this.#opening < this.#options.size) return this.#open()
    return this.#wait()
  }

  /** Gives a session back. What it left open is rolled back. A session that is not lent is left alone. */
  async release(session: Session): Promise<void> {
    if (!this.#lent.delete(session)) return
    const problem = session.status === 'connected' ? await resetProblem(session) : problemOf(session)
    if (this.#closed) return
    if (problem === undefined) this.#giveBack(session)
    else await this.#replace(session, problem)
  }

  /** Closes every session, lent ones too. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    for (let waiter = this.#nextWaiter(); waiter !== undefined; waiter = this.#nextWaiter()) {
      waiter.reject(closed('the connection pool was closed while a session was awaited'))
    }
    const sessions = [...this.#all]
    this.#all.clear()
    this.#lent.clear()
    this.#free.length = 0
    await closeSessions(sessions)
  }

  async #open(): Promise<Session> {
    this.#opening++
    try {
      const session = await this.#options.open(`pool-${++this.#opened}`)
      if (this.#closed) {
        await session.close()
        throw closed('the connection pool was closed while a session was opened')
      }
      this.#all.add(session)
      return this.#lend(session)
    } catch (error) {
      // Its place is free again, and somebody may wait for one.
      queueMicrotask(() => this.#openForWaiter())
      throw error
    } finally {
      this.#opening--
    }
  }

  #lend(session: Session): Session {
    this.#lent.add(session)
    return session
  }

  #giveBack(session: Session): void {
    if (this.#closed) return
    const waiter = this.#nextWaiter()
    if (waiter === undefined) this.#free.push(session)
    else waiter.resolve(this.#lend(session))
  }

  /** Asks a session that nobody has; when it does not answer, its place is free. */
  async #answers(session: Session): Promise<boolean> {
    const answers = session.status === 'connected' && (await session.ping(CHECK_TIMEOUT))
    if (this.#closed) return false
    if (!answers) await this.#replace(session, problemOf(session))
    return answers
  }

  async #replace(session: Session, reason: string): Promise<void> {
    this.#all.delete(session)
    this.#replaced++
    await session.close()
    this.#options.onReplace?.({ session: session.name, connectionId: session.connectionId, reason })
    this.#openForWaiter()
  }

  #openForWaiter(): void {
    if (this.#closed || this.#all.size + this.#opening >= this.#options.size) return
    const waiter = this.#nextWaiter()
    if (waiter !== undefined) this.#open().then(waiter.resolve, waiter.reject)
  }

  #nextWaiter(): Waiter | undefined {
    const waiter = this.#waiting.shift()
    clearTimeout(waiter?.timer)
    return waiter
  }

  #wait(): Promise<Session> {
    const { acquireTimeout = 30_000, size } = this.#options
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(
          new ConnectError(
            'CONNECT_POOL_TIMEOUT',
            `no session of the connection pool came free in ${acquireTimeout} ms; all ${size} are lent`,
            {
              remedy: 'Give sessions back with release(), use pool.use(…), or raise database.poolSize.',
            },
          ),
        )
      }, acquireTimeout)
      const waiter: Waiter = { resolve, reject, timer }
      this.#waiting.push(waiter)
    })
  }
}

function closed(message: string): ConnectError {
  return new ConnectError('CONNECT_POOL_CLOSED', message)
}

function problemOf({ status }: Session): string {
  return status === 'closed' ? 'it had been closed' : 'its connection was lost'
}

async function resetProblem(session: Session): Promise<string | undefined> {
  try {
    await session.reset()
    return undefined
  } catch (error) {
    if (error instanceof Error) return `what it left open could not be rolled back: ${error.message.split('\n')[0]}`
    throw error
  }
}
