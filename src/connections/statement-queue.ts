import { ConnectError } from '../errors/connect-error.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { explainDeadlock } from './explain-deadlock.ts'
import type { GuardedWire } from './guarded-wire.ts'
import { maskPasswords } from './mask-passwords.ts'
import { rowCountOf, type Outcome, type Replies } from './outcome.ts'
import type { SessionSettings } from './session-settings.ts'
import type { CompiledSql } from './sql.ts'
import type { LoggedStatement } from './statement-log.ts'
import type { WireReply } from './wire.ts'

/** Sends the statements of one session, each after the one before: past its hooks, into its log. */
export class StatementQueue {
  readonly #wire: GuardedWire
  readonly #settings: SessionSettings
  #timeZone: string
  #settled: Promise<unknown> = Promise.resolve()
  /** Statements that are under way or wait for the one before. */
  #pending = 0
  #closed = false

  constructor(wire: GuardedWire, settings: SessionSettings) {
    this.#wire = wire
    this.#settings = settings
    this.#timeZone = settings.timeZone
  }

  get status(): 'connected' | 'closed' | 'lost' {
    return this.#closed ? 'closed' : this.#wire.lost === undefined ? 'connected' : 'lost'
  }

  get timeZone(): string {
    return this.#timeZone
  }

  /** Whether a statement is under way or waits for one that is. */
  get busy(): boolean {
    return this.#pending > 0
  }

  /**
   * Statements wait for the one before, so that a KILL never meets the next one.
   *
   * @param onTurn called when the statement before has ended
   * @throws StatementError, ConnectError
   */
  send(sql: CompiledSql, onTurn?: () => void): Promise<Replies> {
    this.#pending++
    const sent = this.#settled.then(() => {
      onTurn?.()
      return this.#sendNow(sql)
    })
    const settled = (): void => {
      this.#pending--
    }
    this.#settled = sent.then(settled, settled)
    return sent
  }

  /** Ends the statement under way and sends no other; what its transaction holds stays until the connection closes. */
  async halt(): Promise<void> {
    this.#closed = true
    await this.#wire.interrupt(this.#settled)
  }

  /** Ends the statement under way and closes the connection. */
  async close(): Promise<void> {
    await this.halt()
    if (this.#wire.lost === undefined) {
      for (const hook of this.#settings.hooks ?? []) await hook.beforeClose?.()
    }
    await this.#wire.close()
  }

  async #sendNow(sql: CompiledSql): Promise<Replies> {
    this.#assertUsable(sql)
    const { hooks = [] } = this.#settings
    // What watches statements must see the values too: CREATE USER ${name} names its account by one.
    const sent = hooks.length === 0 ? sql.text : sql.literal({ timeZone: this.#timeZone, backslashEscapes: true })
    for (const hook of hooks) await hook.beforeSend?.(sent)
    const { name: session, connectionId } = this.#settings
    const logged = this.#settings.log?.begin({ session, connectionId, sql: sql.text, values: sql.values })
    const begun = performance.now()
    try {
      const replies = await this.#wire.send(sql, this.#timeZone)
      const { inTransaction } = this.#wire
      note(logged, begun, { rows: rowCountOf(replies), ...(inTransaction === undefined ? {} : { inTransaction }) })
      const warnings = await this.#warningsOf(replies, sql.raw?.warnings === true)
      await this.#afterReply(sent, replies)
      if (/\bset\b[^]*\btime_zone\b/i.test(sql.text)) await this.#readTimeZone()
      return { replies, warnings }
    } catch (error) {
      const failure = isTidbTestError(error) ? error : this.#wire.failure(sql, error)
      note(logged, begun, { error: failure.message.split('\n')[0] ?? '' })
      await this.#afterReply(sent, undefined)
      await explainDeadlock(failure, this.#wire, this.#settings)
      throw failure
    }
  }

  #assertUsable(sql: CompiledSql): void {
    const { lost, lostBecause } = this.#wire
    if (!this.#closed && lost === undefined) return
    const { name } = this.#settings
    const cannot = `it cannot run: ${maskPasswords(sql.text)}`
    if (this.#closed) throw new ConnectError('CONNECT_CLOSED', `session '${name}' is closed; ${cannot}`)
    throw new ConnectError(
      'CONNECT_LOST',
      `session '${name}' has lost its connection (${lostBecause ?? messageOf(lost)}); ${cannot}`,
      {
        cause: lost,
        remedy: 'Its transaction, variables and temporary tables are gone with it. Open another session.',
        context: { session: name },
      },
    )
  }

  async #afterReply(sql: string, replies: readonly WireReply[] | undefined): Promise<void> {
    const last = replies?.at(-1)
    const header = last !== undefined && 'header' in last ? last.header : undefined
    const failed = replies === undefined
    const { serverStatus, warningStatus: warnings } = header ?? {}
    const reply = { sql, serverStatus, warnings, failed, results: replies }
    for (const hook of this.#settings.hooks ?? []) await hook.afterReply?.(reply)
  }

  async #readTimeZone(): Promise<void> {
    const [reply] = await this.#wire.ask("SELECT IF(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone) AS zone")
    if (reply !== undefined && 'rows' in reply) this.#timeZone = String(reply.rows[0]?.['zone'])
  }

  /** Asked before the next statement is sent, which would replace them. */
  async #warningsOf(replies: readonly WireReply[], afterRows: boolean): Promise<Outcome['warnings']> {
    const last = replies.at(-1)
    // The driver does not tell how many warnings came with rows.
    if (last === undefined || ('rows' in last ? !afterRows : last.header.warningStatus === 0)) return []
    const [reply] = await this.#wire.ask('SHOW WARNINGS')
    if (reply === undefined || !('rows' in reply)) return []
    return reply.rows.map((row) => ({ code: Number(row['Code']), message: String(row['Message']) }))
  }
}

function note(
  logged: LoggedStatement | undefined,
  begun: number,
  end: Pick<LoggedStatement, 'rows' | 'error' | 'inTransaction'>,
): void {
  if (logged === undefined) return
  logged.milliseconds = performance.now() - begun
  Object.assign(logged, end)
}
