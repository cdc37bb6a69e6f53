import type { ResultSetHeader } from 'mysql2'
import { ConnectError } from '../errors/connect-error.ts'
import { StatementError } from '../errors/statement-error.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import type { RetryOptions } from '../resilience/retry-options.ts'
import { killQuery } from './cancel.ts'
import { urlOf, type Endpoint } from './endpoint.ts'
import { Plan } from './plan.ts'
import { maskPasswords } from './mask-passwords.ts'
import { INSIDE_ANOTHER, retriedTransaction, retryOver } from './retried-transaction.ts'
import { exactRows } from './rows.ts'
import { compileSql, compileText, prefixed, type CompiledSql, type SqlRow, type SqlValue } from './sql.ts'
import { StartedStatement } from './started-statement.ts'
import { Statement } from './statement.ts'
import { asInterrupted, ER_QUERY_INTERRUPTED } from './statement-failure.ts'
import type { StatementHook } from './statement-hook.ts'
import type { LoggedStatement, StatementLog } from './statement-log.ts'
import type { Wire, WireReply } from './wire.ts'

/** What a statement without rows did. */
export interface Outcome {
  readonly affectedRows: number
  /** The first AUTO_INCREMENT value that was given; 0n when there was none. */
  readonly insertId: bigint
  readonly warnings: readonly { readonly code: number; readonly message: string }[]
}

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
  /** Sees every statement that is made, sent or not. */
  readonly onStatement?: (statement: Statement<unknown> | StartedStatement) => void
  /** A transaction is open around the test and began with this savepoint; `transaction()` sets savepoints in it. */
  readonly startSavepoint?: string
}

/** How long a statement may take to end after KILL QUERY before its connection is cut. */
const KILL_GRACE = 5_000

const CONNECTION_GONE =
  'the connection is gone, and a session is one connection. connectionPool.transaction() would take another session.'

/** One connection to TiDB. Statements on it run one after another. */
export class Session {
  readonly name: string
  readonly connectionId: number
  readonly database: string | undefined
  readonly #wire: Wire
  readonly #settings: SessionSettings
  #timeZone: string
  #settled: Promise<unknown> = Promise.resolve()
  /** Statements that are under way or wait for the one before. */
  #pending = 0
  #savepoints = 0
  #transactions = 0
  #closed = false
  #closing: Promise<void> | undefined
  #underWay = false
  /** Whether the statement under way was sent inside a transaction. */
  #uncommitted = false
  /** A KILL QUERY that was sent while the statement under way ran. */
  #killing: Promise<void> | undefined
  /** Why the connection is gone, where the driver's own words would not tell. */
  #lostBecause: string | undefined

  /** Use `openSession`. */
  constructor(wire: Wire, settings: SessionSettings) {
    this.name = settings.name
    this.connectionId = settings.connectionId
    this.database = settings.database
    this.#wire = wire
    this.#settings = settings
    this.#timeZone = settings.timeZone
  }

  /** `mysql://…` with the password, for code under test that connects by itself. */
  get url(): string {
    return urlOf(this.#settings.endpoint, this.database, { password: true })
  }

  /** The same without the password, for messages. */
  get publicUrl(): string {
    return urlOf(this.#settings.endpoint, this.database)
  }

  get status(): 'connected' | 'closed' | 'lost' {
    return this.#closed ? 'closed' : this.#wire.lost === undefined ? 'connected' : 'lost'
  }

  /** The session's time zone, as @@time_zone has it. */
  get timeZone(): string {
    return this.#timeZone
  }

  /** Runs a query; resolves to its rows. Values are bound: db.query`SELECT * FROM t WHERE id = ${id}`. */
  readonly query = <Row extends object = SqlRow>(
    strings: TemplateStringsArray,
    ...values: SqlValue[]
  ): Statement<Row[]> => {
    return this.#statement(compileSql(strings, values), this.query, (reply) => this.#lastRows(reply) as Row[])
  }

  /** Runs a statement without rows; resolves to what it did. Several statements with `;` between count together. */
  readonly run = (strings: TemplateStringsArray, ...values: SqlValue[]): Statement<Outcome> => {
    return this.#statement(compileSql(strings, values), this.run, outcomeOfAll)
  }

  /** Runs a text with any number of statements; resolves to one result for each: rows, or what it did. */
  readonly script = (text: string): Statement<(SqlRow[] | Outcome)[]> => {
    return this.#statement(compileText(text), this.script, ({ replies }) =>
      replies.map((reply) => ('rows' in reply ? this.#exact(reply) : outcomeOf(reply.header, []))),
    )
  }

  /** The plan of a statement, which itself is not run. */
  readonly explain = (strings: TemplateStringsArray, ...values: SqlValue[]): Statement<Plan> => {
    return this.#statement(
      prefixed('EXPLAIN ', compileSql(strings, values)),
      this.explain,
      (reply) => new Plan(this.#lastRows(reply), this.database),
    )
  }

  /** Sends a statement at once and goes on; ask what comes back for its `result()`. */
  readonly start = (strings: TemplateStringsArray, ...values: SqlValue[]): StartedStatement<SqlRow[] | Outcome> => {
    const sql = compileSql(strings, values)
    const startedAt = new Error('started')
    Error.captureStackTrace(startedAt, this.start)
    const result = this.#send(sql).then((reply) => {
      const last = reply.replies.at(-1)
      return last !== undefined && 'rows' in last ? this.#exact(last) : outcomeOfAll(reply)
    })
    const started = new StartedStatement({ sql: sql.text, session: this, result, startedAt })
    this.#settings.onStatement?.(started)
    return started
  }

  /**
   * BEGIN, the body, COMMIT; ROLLBACK when the body throws. The body gets this same session. One inside another is a
   * savepoint of the outer one.
   *
   * @throws StatementError with outcome `unknown` when the connection is lost while the reply of COMMIT is awaited.
   */
  readonly transaction = <R>(body: TransactionBody<R>, options: TransactionOptions = {}): Statement<R> => {
    const { retry = false } = options
    const statement = new Statement<R>({
      sql: 'TRANSACTION',
      session: this,
      calledAs: this.transaction,
      send: () => {
        // A BEGIN inside a transaction would commit it.
        const inside = this.insideTransaction || this.#transactions > 0
        const attempt = (number: number): Promise<R> =>
          inside ? this.#savepointed(body, number) : this.#transacted(body, number, options)
        if (retry === false) return attempt(1)
        const obstacle = (): string | undefined =>
          inside ? INSIDE_ANOTHER : this.status === 'connected' ? undefined : CONNECTION_GONE
        return retriedTransaction(attempt, retryOver(this.#settings.retry, retry), {
          signal: this.#settings.signal,
          obstacle,
        })
      },
    })
    this.#settings.onStatement?.(statement as Statement<unknown>)
    return statement
  }

  /** Whether `transaction()` sets savepoints, because a transaction is open around everything that the session does. */
  get insideTransaction(): boolean {
    return this.#settings.startSavepoint !== undefined
  }

  /**
   * Whether the connection answers within so many milliseconds; one that does not is cut, as nothing will come of it. A
   * session with a statement under way is not asked: it only says whether it still stands.
   */
  async ping(timeout = 5_000): Promise<boolean> {
    return this.#pending > 0 ? this.status === 'connected' : this.#answers(timeout)
  }

  /** Rolls back what is open, for whoever uses the session next. @throws StatementError, ConnectError */
  async reset(): Promise<void> {
    const { startSavepoint } = this.#settings
    await this.#send(compileText(startSavepoint === undefined ? 'ROLLBACK' : `ROLLBACK TO SAVEPOINT ${startSavepoint}`))
  }

  /** Ends the statement under way, if there is one, with KILL QUERY over another connection. */
  async kill(): Promise<void> {
    // TiDB closes an idle session's connection when its next statement comes after a KILL QUERY.
    if (!this.#underWay) return
    this.#killing ??= killQuery(this.#settings.endpoint, this.connectionId, KILL_GRACE)
    await this.#killing
  }

  /**
   * Ends the session, and with KILL QUERY the statement under way; an open transaction is rolled back by the server.
   * Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#closed = true
    if (this.#underWay) {
      const cut = setTimeout(() => this.#wire.cut(), KILL_GRACE)
      this.kill().catch(() => this.#wire.cut())
      await this.#settled
      clearTimeout(cut)
    }
    if (this.#wire.lost === undefined) {
      for (const hook of this.#settings.hooks ?? []) await hook.beforeClose?.()
    }
    await this.#wire.close()
  }

  async #answers(timeout: number): Promise<boolean> {
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

  #statement<R>(
    sql: CompiledSql,
    calledAs: (...args: never[]) => unknown,
    result: (reply: Replies) => R,
  ): Statement<R> {
    const statement = new Statement<R>({
      sql: sql.text,
      session: this,
      calledAs,
      send: async () => result(await this.#send(sql)),
      explain: async () => this.#lastRows(await this.#send(prefixed('EXPLAIN ', sql))),
    })
    this.#settings.onStatement?.(statement as Statement<unknown>)
    return statement
  }

  /** Statements wait for the one before, so that a KILL never meets the next one. */
  #send(sql: CompiledSql): Promise<Replies> {
    this.#pending++
    const sent = this.#settled.then(() => this.#sendNow(sql))
    const settled = (): void => {
      this.#pending--
    }
    this.#settled = sent.then(settled, settled)
    return sent
  }

  async #sendNow(sql: CompiledSql): Promise<Replies> {
    this.#assertUsable(sql)
    const { hooks = [] } = this.#settings
    // What watches statements must see the values too: CREATE USER ${name} names its account by one.
    const sent = hooks.length === 0 ? sql.text : sql.literal({ timeZone: this.#timeZone, backslashEscapes: true })
    for (const hook of hooks) await hook.beforeSend?.(sent)
    const { name: session, connectionId } = this
    const logged = this.#settings.log?.begin({ session, connectionId, sql: sql.text, values: sql.values })
    const begun = performance.now()
    try {
      const replies = await this.#guarded(sql)
      note(logged, begun, { rows: replies.reduce((rows, reply) => rows + countOf(reply), 0) })
      const warnings = await this.#warningsOf(replies)
      await this.#afterReply(sent, replies)
      if (/\bset\b[^]*\btime_zone\b/i.test(sql.text)) await this.#readTimeZone()
      return { replies, warnings }
    } catch (error) {
      const failure = isTidbTestError(error) ? error : this.#failure(sql, error)
      note(logged, begun, { error: failure.message.split('\n')[0] ?? '' })
      await this.#afterReply(sent, undefined)
      throw failure
    }
  }

  #assertUsable(sql: CompiledSql): void {
    const { lost } = this.#wire
    if (!this.#closed && lost === undefined) return
    const cannot = `it cannot run: ${maskPasswords(sql.text)}`
    if (this.#closed) throw new ConnectError('CONNECT_CLOSED', `session '${this.name}' is closed; ${cannot}`)
    throw new ConnectError(
      'CONNECT_LOST',
      `session '${this.name}' has lost its connection (${this.#lostBecause ?? messageOf(lost)}); ${cannot}`,
      {
        cause: lost,
        remedy: 'Its transaction, variables and temporary tables are gone with it. Open another session.',
        context: { session: this.name },
      },
    )
  }

  async #guarded(sql: CompiledSql): Promise<WireReply[]> {
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
    signal?.addEventListener('abort', onAbort, { once: true })
    let interrupted = false
    try {
      this.#underWay = true
      this.#uncommitted = this.#wire.flags.uncommitted
      const { backslashEscapes } = this.#wire.flags
      const replies = await this.#wire.send(sql.literal({ timeZone: this.#timeZone, backslashEscapes }))
      // SLEEP() answers a KILL with a row, as if nothing had happened.
      if (ended !== undefined) throw this.#ended(sql, ended, { done: replies.some((reply) => 'header' in reply) })
      return replies
    } catch (caught) {
      const error = this.#killing === undefined ? caught : asInterrupted(caught)
      interrupted = (error as { errno?: number }).errno === ER_QUERY_INTERRUPTED
      throw ended === undefined || isTidbTestError(error) ? error : this.#ended(sql, ended, { cause: error })
    } finally {
      this.#underWay = false
      clearTimeout(timer)
      clearTimeout(cut)
      signal?.removeEventListener('abort', onAbort)
      await this.#afterKill(interrupted)
    }
  }

  /**
   * The next statement must not meet a KILL that was meant for the last one. One that came too late makes TiDB close the
   * connection at the next statement (seen on 8.5), so that is found out here.
   */
  async #afterKill(interrupted: boolean): Promise<void> {
    const killing = this.#killing
    this.#killing = undefined
    if (killing === undefined) return
    // Its failure is told to whoever asked for it; here it only matters that it is over.
    await Promise.allSettled([killing])
    if (interrupted || this.#wire.lost !== undefined) return
    await this.#answers(KILL_GRACE)
    if (this.#wire.lost !== undefined) {
      this.#lostBecause = 'KILL QUERY met it just when its statement had ended by itself, and TiDB then closes it'
    }
  }

  #ended(sql: CompiledSql, why: 'aborted' | 'timeout', end: { cause?: unknown; done?: boolean }): StatementError {
    const killed = end.done === true ? 'had ended by itself when KILL QUERY came' : 'was ended with KILL QUERY'
    const message =
      why === 'timeout'
        ? `the statement did not end within ${this.#settings.timeout} ms and ${killed}`
        : `the test ended while the statement was under way; it ${killed}`
    const code = why === 'timeout' ? 'STATEMENT_TIMEOUT' : 'STATEMENT_ABORTED'
    return this.#failure(sql, end.cause, { code, message }, end.done)
  }

  #failure(
    sql: CompiledSql,
    cause: unknown,
    override: { code?: string; message?: string } = {},
    done = false,
  ): StatementError {
    const { host, port } = this.#settings.endpoint
    const statement = {
      sql: maskPasswords(sql.text),
      session: this.name,
      endpoint: `${host}:${port}`,
      uncommitted: this.#uncommitted,
      done,
    }
    return new StatementError(cause, statement, override)
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
    const [reply] = await this.#wire.send("SELECT IF(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone) AS zone")
    if (reply !== undefined && 'rows' in reply) this.#timeZone = String(reply.rows[0]?.['zone'])
  }

  async #transacted<R>(body: TransactionBody<R>, attempt: number, { mode }: TransactionOptions): Promise<R> {
    // A BEGIN would commit what the last attempt left open, should its ROLLBACK have failed.
    if (attempt > 1) await this.#send(compileText('ROLLBACK'))
    await this.#send(compileText(mode === undefined ? 'BEGIN' : `BEGIN ${mode.toUpperCase()}`))
    return this.#finish((tx) => body(tx, attempt), 'COMMIT', 'ROLLBACK')
  }

  async #savepointed<R>(body: TransactionBody<R>, attempt: number): Promise<R> {
    const savepoint = `transaction_${++this.#savepoints}`
    await this.#send(compileText(`SAVEPOINT ${savepoint}`))
    return this.#finish(
      (tx) => body(tx, attempt),
      `RELEASE SAVEPOINT ${savepoint}`,
      `ROLLBACK TO SAVEPOINT ${savepoint}`,
    )
  }

  async #finish<R>(body: (tx: Session) => Promise<R>, commit: string, rollback: string): Promise<R> {
    let result: R
    this.#transactions++
    try {
      result = await body(this)
    } catch (error) {
      await this.#rollBack(rollback)
      throw error
    } finally {
      this.#transactions--
    }
    await this.#send(compileText(commit))
    return result
  }

  async #rollBack(rollback: string): Promise<void> {
    if (this.status !== 'connected' || this.#settings.signal?.aborted === true) return
    try {
      await this.#send(compileText(rollback))
    } catch (error) {
      // A deadlock, say, has rolled everything back already. The failure that brought us here is what must be told.
      if (!isTidbTestError(error)) throw error
    }
  }

  #lastRows({ replies }: Replies): SqlRow[] {
    const last = replies.at(-1)
    return last !== undefined && 'rows' in last ? this.#exact(last) : []
  }

  #exact(reply: Extract<WireReply, { rows: unknown }>): SqlRow[] {
    return exactRows(reply.rows, reply.fields, this.#timeZone)
  }

  /** Asked before the next statement is sent, which would replace them. */
  async #warningsOf(replies: readonly WireReply[]): Promise<Outcome['warnings']> {
    const last = replies.at(-1)
    if (last === undefined || 'rows' in last || last.header.warningStatus === 0) return []
    const [reply] = await this.#wire.send('SHOW WARNINGS')
    if (reply === undefined || !('rows' in reply)) return []
    return reply.rows.map((row) => ({ code: Number(row['Code']), message: String(row['Message']) }))
  }
}

/** What came back for one text. */
interface Replies {
  readonly replies: readonly WireReply[]
  readonly warnings: Outcome['warnings']
}

function outcomeOfAll({ replies, warnings }: Replies): Outcome {
  const headers = replies.flatMap((reply) => ('header' in reply ? [reply.header] : []))
  const last = headers.at(-1)
  const affectedRows = headers.reduce((sum, header) => sum + header.affectedRows, 0)
  return last === undefined
    ? { affectedRows: 0, insertId: 0n, warnings }
    : { ...outcomeOf(last, warnings), affectedRows }
}

function outcomeOf(header: ResultSetHeader, warnings: Outcome['warnings']): Outcome {
  return { affectedRows: header.affectedRows, insertId: BigInt(header.insertId), warnings }
}

function countOf(reply: WireReply): number {
  return 'rows' in reply ? reply.rows.length : reply.header.affectedRows
}

function note(logged: LoggedStatement | undefined, begun: number, end: { rows?: number; error?: string }): void {
  if (logged === undefined) return
  logged.milliseconds = performance.now() - begun
  Object.assign(logged, end)
}
