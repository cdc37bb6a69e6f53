import { StatementError } from '../errors/statement-error.ts'
import { isTidbTestError } from '../errors/tidb-test-error.ts'
import { killQuery } from './cancel.ts'
import { addressOf } from './endpoint.ts'
import { maskPasswords } from './mask-passwords.ts'
import type { SessionSettings } from './session-settings.ts'
import type { CompiledSql } from './sql.ts'
import { asInterrupted } from './statement-failure.ts'
import type { Wire, WireReply } from './wire.ts'

/** How long a statement may take to end after KILL QUERY before its connection is cut. */
const KILL_GRACE = 5_000

/** A wire whose statement under way ends in time: after the session's timeout, when its signal aborts, when asked to. */
export class GuardedWire {
  readonly #wire: Wire
  readonly #settings: SessionSettings
  #underWay = false
  /** Whether the statement under way was sent inside a transaction. */
  #uncommitted = false
  /** A KILL QUERY that was sent while the statement under way ran. */
  #killing: Promise<void> | undefined
  #lostBecause: string | undefined

  constructor(wire: Wire, settings: SessionSettings) {
    this.#wire = wire
    this.#settings = settings
  }

  /** Why the connection is gone, if it is. */
  get lost(): Error | undefined {
    return this.#wire.lost
  }

  /** Why the connection is gone, where the driver's own words would not tell. */
  get lostBecause(): string | undefined {
    return this.#lostBecause
  }

  /** Whether a transaction is open; undefined where that is not certain. */
  get inTransaction(): boolean | undefined {
    return this.#wire.flags.inTransaction
  }

  /** Sends a text of our own between two statements of the user, which nothing guards. */
  ask(text: string): Promise<WireReply[]> {
    return this.#wire.send(text)
  }

  /** @throws StatementError when it was ended, else what the driver throws */
  async send(sql: CompiledSql, timeZone: string): Promise<WireReply[]> {
    const { signal, timeout } = this.#settings
    if (signal?.aborted === true) throw this.#ended(sql, 'aborted', { cause: signal.reason })
    let ended: 'aborted' | 'timeout' | undefined
    let cut: NodeJS.Timeout | undefined
    const end = (why: 'aborted' | 'timeout') => (): void => {
      if (ended !== undefined) return
      ended = why
      cut = setTimeout(() => this.#wire.cut(), KILL_GRACE)
      // When the server can't be asked any more, cutting the connection is all that is left, and ends the wait.
      this.kill().catch(() => this.#wire.cut())
    }
    const onAbort = end('aborted')
    const timer = setTimeout(end('timeout'), timeout)
    // A file takes as long as it is: its statement is late when the server has taken nothing of it for so long.
    const raw = sql.raw?.localFile === undefined ? sql.raw : { ...sql.raw, onPiece: () => timer.refresh() }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.#underWay = true
      this.#uncommitted = this.#wire.flags.uncommitted
      const { backslashEscapes } = this.#wire.flags
      const replies = await this.#wire.send(sql.literal({ timeZone, backslashEscapes }), raw)
      // SLEEP() answers a KILL with a row, as if nothing had happened.
      if (ended !== undefined) throw this.#ended(sql, ended, { done: replies.some((reply) => 'header' in reply) })
      return replies
    } catch (caught) {
      const error = this.#killing === undefined ? caught : asInterrupted(caught)
      throw ended === undefined || isTidbTestError(error) ? error : this.#ended(sql, ended, { cause: error })
    } finally {
      this.#underWay = false
      clearTimeout(timer)
      clearTimeout(cut)
      signal?.removeEventListener('abort', onAbort)
      await this.#afterKill()
    }
  }

  /** The failure of the statement that was sent last. */
  failure(
    sql: CompiledSql,
    cause: unknown,
    override: { code?: string; message?: string } = {},
    done = false,
  ): StatementError {
    const { name: session, endpoint } = this.#settings
    const statement = {
      sql: maskPasswords(sql.text),
      session,
      endpoint: addressOf(endpoint),
      user: endpoint.user,
      uncommitted: this.#uncommitted,
      done,
    }
    return new StatementError(cause, statement, override)
  }

  /** Ends the statement under way, if there is one, with KILL QUERY over another connection. */
  async kill(): Promise<void> {
    // TiDB closes an idle session's connection when its next statement comes after a KILL QUERY.
    if (!this.#underWay) return
    this.#killing ??= killQuery(this.#settings.endpoint, this.#settings.connectionId, KILL_GRACE)
    await this.#killing
  }

  /** Ends the statement under way, and the connection with it if need be; `settled` is the statement's end. */
  async interrupt(settled: Promise<unknown>): Promise<void> {
    if (!this.#underWay) return
    const cut = setTimeout(() => this.#wire.cut(), KILL_GRACE)
    this.kill().catch(() => this.#wire.cut())
    await settled
    clearTimeout(cut)
  }

  /** Whether the connection answers within so many milliseconds; one that does not is cut. */
  async answers(timeout: number): Promise<boolean> {
    const cut = setTimeout(() => this.#wire.cut(), timeout)
    try {
      await this.#wire.send('SELECT 1')
      return true
    } catch (error) {
      if (error instanceof Error) return false
      throw error
    } finally {
      clearTimeout(cut)
    }
  }

  close(): Promise<void> {
    return this.#wire.close()
  }

  /**
   * The next statement must not meet a KILL that was meant for the last one. TiDB ends the statement and then wakes the
   * connection's reads; where those are for the next statement already, it closes the connection (killQuery in
   * pkg/server/server.go of 8.5). That is found out here.
   */
  async #afterKill(): Promise<void> {
    const killing = this.#killing
    this.#killing = undefined
    if (killing === undefined) return
    // Its failure is told to whoever asked for it; here it only matters that it is over.
    await Promise.allSettled([killing])
    if (this.#wire.lost !== undefined) return
    await this.answers(KILL_GRACE)
    if (this.#wire.lost !== undefined) {
      this.#lostBecause = 'KILL QUERY met it just when its statement had ended, and TiDB then closes it'
    }
  }

  #ended(sql: CompiledSql, why: 'aborted' | 'timeout', end: { cause?: unknown; done?: boolean }): StatementError {
    const killed = end.done === true ? 'had ended by itself when KILL QUERY came' : 'was ended with KILL QUERY'
    const message =
      why === 'timeout'
        ? `the statement did not end within ${this.#settings.timeout} ms and ${killed}`
        : `the test ended while the statement was under way; it ${killed}`
    const code = why === 'timeout' ? 'STATEMENT_TIMEOUT' : 'STATEMENT_ABORTED'
    return this.failure(sql, end.cause, { code, message }, end.done)
  }
}
