import { ConnectError } from '../errors/connect-error.ts'
import type { Session } from './session.ts'

export interface ConnectionPoolOptions {
  /** The most sessions that are open at the same time. */
  readonly size: number
  /** Milliseconds that acquire() waits for a free session; 30 seconds when not given. */
  readonly acquireTimeout?: number
  /** Opens one session; the pool names it. */
  readonly open: (name: string) => Promise<Session>
}

interface Waiter {
  readonly resolve: (session: Session) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

/** Up to `size` sessions, opened on demand, checked when they come back; a broken one is replaced. */
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

  /** Sessions: open, free, how many waited for, and how many broken ones were replaced. */
  get status(): { size: number; open: number; free: number; waiting: number; replaced: number } {
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

  /** @throws ConnectError `CONNECT_POOL_TIMEOUT` when no session comes free in time, `CONNECT_POOL_CLOSED` after close(). */
  async acquire(): Promise<Session> {
    if (this.#closed) throw closed('the connection pool is closed')
    for (let session = this.#free.pop(); session !== undefined; session = this.#free.pop()) {
      if (session.status === 'connected') return this.#lend(session)
      this.#discard(session)
    }
    if (this.#all.size + this.#opening < this.#options.size) return this.#open()
    return this.#wait()
  }

  /** Gives a session back. What it left open is rolled back. A session that is not lent is left alone. */
  async release(session: Session): Promise<void> {
    if (!this.#lent.delete(session)) return
    const usable = session.status === 'connected' && (await rolledBack(session))
    if (this.#closed) return
    if (!usable) {
      this.#discard(session)
      await session.close()
      this.#openForWaiter()
      return
    }
    const waiter = this.#nextWaiter()
    if (waiter === undefined) this.#free.push(session)
    else waiter.resolve(this.#lend(session))
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
    await Promise.all(sessions.map((session) => session.close()))
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

  #discard(session: Session): void {
    this.#all.delete(session)
    this.#replaced++
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

async function rolledBack(session: Session): Promise<boolean> {
  try {
    await session.reset()
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
