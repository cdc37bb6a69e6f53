import type { ResultSetHeader } from 'mysql2'
import { ConnectError } from '../errors/connect-error.ts'
import { StatementError } from '../errors/statement-error.ts'
import { isTidbTestError } from '../errors/tidb-test-error.ts'
import { killQuery } from './cancel.ts'
import { urlOf, type Endpoint } from './endpoint.ts'
import { Plan } from './plan.ts'
import { exactRows } from './rows.ts'
import { compileSql, compileText, prefixed, type CompiledSql, type SqlRow, type SqlValue } from './sql.ts'
import { StartedStatement } from './started-statement.ts'
import { Statement } from './statement.ts'
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
}

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
  readonly hooks?: readonly StatementHook[]
  /** Sees every statement that is made, sent or not. */
  readonly onStatement?: (statement: Statement<unknown> | StartedStatement) => void
  /** `transaction()` sets savepoints, because a transaction is open around the test. */
  readonly insideTransaction?: boolean
}

/** How long a statement may take to end after KILL QUERY before its connection is cut. */
const KILL_GRACE = 5_000

/** One connection to TiDB. Statements on it run one after another. */
export class Session {
  readonly name: string
  readonly connectionId: number
  readonly database: string | undefined
  readonly #wire: Wire
  readonly #settings: SessionSettings
  #timeZone: string
  #settled: Promise<unknown> = Promise.resolve()
  #savepoints = 0
  #closed = false
  #underWay = false

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
    return this.#statement(compileSql(strings, values), this.query, (replies) => this.#lastRows(replies) as Row[])
  }

  /** Runs a statement without rows; resolves to what it did. Several statements with `;` between count together. */
  readonly run = (strings: TemplateStringsArray, ...values: SqlValue[]): Statement<Outcome> => {
    return this.#statement(compileSql(strings, values), this.run, (replies) => this.#outcome(replies))
  }

  /** Runs a text with any number of statements; resolves to one result for each: rows, or what it did. */
  readonly script = (text: string): Statement<(SqlRow[] | Outcome)[]> => {
    return this.#statement(compileText(text), this.script, (replies) =>
      replies.map((reply) => ('rows' in reply ? this.#exact(reply) : outcomeOf(reply.header, []))),
    )
  }

  /** The plan of a statement, which itself is not run. */
  readonly explain = (strings: TemplateStringsArray, ...values: SqlValue[]): Statement<Plan> => {
    return this.#statement(
      prefixed('EXPLAIN ', compileSql(strings, values)),
      this.explain,
      (replies) => new Plan(this.#lastRows(replies), this.database),
    )
  }

  /** Sends a statement at once and goes on; ask what comes back for its `result()`. */
  readonly start = (strings: TemplateStringsArray, ...values: SqlValue[]): StartedStatement<SqlRow[] | Outcome> => {
    const sql = compileSql(strings, values)
    const startedAt = new Error('started')
    Error.captureStackTrace(startedAt, this.start)
    const result = this.#send(sql).then(async (replies) => {
      const last = replies.at(-1)
      return last !== undefined && 'rows' in last ? this.#exact(last) : this.#outcome(replies)
    })
    const started = new StartedStatement({ sql: sql.text, session: this, result, startedAt })
    this.#settings.onStatement?.(started)
    return started
  }

  /**
   * BEGIN, the body, COMMIT; ROLLBACK when the body throws. The body gets this same session.
   *
   * @throws StatementError with outcome `unknown` when the connection is lost while the reply of COMMIT is awaited.
   */
  readonly transaction = <R>(body: (tx: Session) => Promise<R>, options: TransactionOptions = {}): Statement<R> => {
    const statement = new Statement<R>({
      sql: 'TRANSACTION',
      session: this,
      calledAs: this.transaction,
      send: () =>
        this.#settings.insideTransaction === true ? this.#savepointed(body) : this.#transacted(body, options),
    })
    this.#settings.onStatement?.(statement as Statement<unknown>)
    return statement
  }

  /** Whether the connection answers. */
  async ping(): Promise<boolean> {
    try {
      await this.#wire.send('SELECT 1')
      return true
    } catch (error) {
      if (error instanceof Error) return false
      throw error
    }
  }

  /** Ends the statement under way, if there is one, with KILL QUERY over another connection. */
  async kill(): Promise<void> {
    // TiDB closes an idle session's connection when its next statement comes after a KILL QUERY.
    if (!this.#underWay) return
    await killQuery(this.#settings.endpoint, this.connectionId, KILL_GRACE)
  }

  /** Ends the session; an open transaction is rolled back by the server. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#wire.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #statement<R>(
    sql: CompiledSql,
    calledAs: (...args: never[]) => unknown,
    result: (replies: WireReply[]) => R | Promise<R>,
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
  #send(sql: CompiledSql): Promise<WireReply[]> {
    const sent = this.#settled.then(() => this.#sendNow(sql))
    this.#settled = sent.then(
      () => undefined,
      () => undefined,
    )
    return sent
  }

  async #sendNow(sql: CompiledSql): Promise<WireReply[]> {
    if (this.#closed) {
      throw new ConnectError('CONNECT_CLOSED', `session '${this.name}' is closed; it cannot run: ${sql.text}`)
    }
    for (const hook of this.#settings.hooks ?? []) await hook.beforeSend?.(sql.text)
    const { name: session, connectionId } = this
    const logged = this.#settings.log?.begin({ session, connectionId, sql: sql.text, values: sql.values })
    const begun = performance.now()
    try {
      const replies = await this.#guarded(sql)
      note(logged, begun, { rows: replies.reduce((rows, reply) => rows + countOf(reply), 0) })
      this.#afterReply(sql.text, replies)
      if (/^\s*set\b[^;]*\btime_zone\b/i.test(sql.text)) await this.#readTimeZone()
      return replies
    } catch (error) {
      const failure = isTidbTestError(error) ? error : new StatementError(error, { sql: sql.text, session })
      note(logged, begun, { error: failure.message.split('\n')[0] ?? '' })
      this.#afterReply(sql.text, undefined)
      throw failure
    }
  }

  async #guarded(sql: CompiledSql): Promise<WireReply[]> {
    const { signal, timeout } = this.#settings
    if (signal?.aborted === true) throw this.#ended(sql, 'aborted', signal.reason)
    let ended: 'aborted' | 'timeout' | undefined
    let killing: Promise<void> = Promise.resolve()
    let cut: NodeJS.Timeout | undefined
    const end = (why: 'aborted' | 'timeout') => (): void => {
      if (ended !== undefined) return
      ended = why
      cut = setTimeout(() => this.#wire.cut(), KILL_GRACE)
      // When the server can't be asked any more, cutting the connection is all that is left, and ends the wait.
      killing = this.kill().catch(() => this.#wire.cut())
    }
    const onAbort = end('aborted')
    const timer = setTimeout(end('timeout'), timeout)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.#underWay = true
      const replies = await this.#wire.send(sql.literal(this.#timeZone))
      // SLEEP() answers a KILL with a row, as if nothing had happened.
      if (ended !== undefined) throw this.#ended(sql, ended, undefined)
      return replies
    } catch (error) {
      throw ended === undefined || isTidbTestError(error) ? error : this.#ended(sql, ended, error)
    } finally {
      this.#underWay = false
      clearTimeout(timer)
      clearTimeout(cut)
      signal?.removeEventListener('abort', onAbort)
      // The next statement must not meet a KILL that was meant for this one.
      await killing
    }
  }

  #ended(sql: CompiledSql, why: 'aborted' | 'timeout', cause: unknown): StatementError {
    const message =
      why === 'timeout'
        ? `the statement did not end within ${this.#settings.timeout} ms and was ended with KILL QUERY`
        : 'the test ended while the statement was under way; it was ended with KILL QUERY'
    const code = why === 'timeout' ? 'STATEMENT_TIMEOUT' : 'STATEMENT_ABORTED'
    return new StatementError(cause, { sql: sql.text, session: this.name }, { code, message })
  }

  #afterReply(sql: string, replies: readonly WireReply[] | undefined): void {
    const last = replies?.at(-1)
    const header = last !== undefined && 'header' in last ? last.header : undefined
    const reply = { sql, serverStatus: header?.serverStatus, warnings: header?.warningStatus, failed: replies === undefined }
    for (const hook of this.#settings.hooks ?? []) hook.afterReply?.(reply)
  }

  async #readTimeZone(): Promise<void> {
    const [reply] = await this.#wire.send("SELECT IF(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone) AS zone")
    if (reply !== undefined && 'rows' in reply) this.#timeZone = String(reply.rows[0]?.['zone'])
  }

  async #transacted<R>(body: (tx: Session) => Promise<R>, options: TransactionOptions): Promise<R> {
    await this.#send(compileText(options.mode === undefined ? 'BEGIN' : `BEGIN ${options.mode.toUpperCase()}`))
    return this.#finish(body, 'COMMIT', 'ROLLBACK')
  }

  async #savepointed<R>(body: (tx: Session) => Promise<R>): Promise<R> {
    const savepoint = `transaction_${++this.#savepoints}`
    await this.#send(compileText(`SAVEPOINT ${savepoint}`))
    return this.#finish(body, `RELEASE SAVEPOINT ${savepoint}`, `ROLLBACK TO SAVEPOINT ${savepoint}`)
  }

  async #finish<R>(body: (tx: Session) => Promise<R>, commit: string, rollback: string): Promise<R> {
    let result: R
    try {
      result = await body(this)
    } catch (error) {
      if (this.status === 'connected') await this.#send(compileText(rollback))
      throw error
    }
    await this.#send(compileText(commit))
    return result
  }

  #lastRows(replies: readonly WireReply[]): SqlRow[] {
    const last = replies.at(-1)
    return last !== undefined && 'rows' in last ? this.#exact(last) : []
  }

  #exact(reply: Extract<WireReply, { rows: unknown }>): SqlRow[] {
    return exactRows(reply.rows, reply.fields, this.#timeZone)
  }

  async #outcome(replies: readonly WireReply[]): Promise<Outcome> {
    const headers = replies.flatMap((reply) => ('header' in reply ? [reply.header] : []))
    const last = headers.at(-1)
    const warnings = (last?.warningStatus ?? 0) > 0 ? await this.#warnings() : []
    const affectedRows = headers.reduce((sum, header) => sum + header.affectedRows, 0)
    return last === undefined
      ? { affectedRows: 0, insertId: 0n, warnings }
      : { ...outcomeOf(last, warnings), affectedRows }
  }

  async #warnings(): Promise<Outcome['warnings']> {
    const [reply] = await this.#wire.send('SHOW WARNINGS')
    if (reply === undefined || !('rows' in reply)) return []
    return reply.rows.map((row) => ({ code: Number(row['Code']), message: String(row['Message']) }))
  }
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
