import { urlOf, type Endpoint } from './endpoint.ts'
import { GuardedWire } from './guarded-wire.ts'
import { infoOf, outcomeOf, outcomeOfAll, type Outcome, type Replies } from './outcome.ts'
import { Plan } from './plan.ts'
import { rawRowsOf, type LocalFile, type RawReading, type RawRows } from './raw-rows.ts'
import { exactRows } from './rows.ts'
import { serverReplyOf, type ServerReply } from './server-reply.ts'
import type { SessionSettings } from './session-settings.ts'
import { compileSql, compileText, prefixed, type CompiledSql, type SqlRow, type SqlValue } from './sql.ts'
import { StartedStatement } from './started-statement.ts'
import { StatementQueue } from './statement-queue.ts'
import { Statement } from './statement.ts'
import { Transactions, type TransactionBody, type TransactionOptions } from './transaction.ts'
import type { Wire, WireReply } from './wire.ts'

/** One connection to TiDB. Statements on it run one after another. */
export class Session {
  readonly name: string
  readonly connectionId: number
  readonly database: string | undefined
  readonly #settings: SessionSettings
  readonly #wire: GuardedWire
  readonly #queue: StatementQueue
  readonly #transactions: Transactions
  #closing: Promise<void> | undefined

  /** Use `openSession`. */
  constructor(wire: Wire, settings: SessionSettings) {
    this.name = settings.name
    this.connectionId = settings.connectionId
    this.database = settings.database
    this.#settings = settings
    this.#wire = new GuardedWire(wire, settings)
    this.#queue = new StatementQueue(this.#wire, settings)
    this.#transactions = new Transactions(this.#queue, settings)
  }

  /** `mysql://…` with the password, for code under test that connects by itself. */
  get url(): string {
    return urlOf(this.#settings.endpoint, this.database, { password: true })
  }

  /** The same without the password, for messages. */
  get publicUrl(): string {
    return urlOf(this.#settings.endpoint, this.database)
  }

  /** Where it is connected to, for what opens further connections of another kind. */
  get endpoint(): Endpoint {
    return this.#settings.endpoint
  }

  get status(): 'connected' | 'closed' | 'lost' {
    return this.#queue.status
  }

  /** Whether a statement is under way or waits for one that is. */
  get busy(): boolean {
    return this.#queue.busy
  }

  /** The session's time zone, as @@time_zone has it. */
  get timeZone(): string {
    return this.#queue.timeZone
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
    return this.#statement(compileText(text), this.script, (reply) => this.#results(reply))
  }

  /** Runs one statement; resolves to its rows as the server's own text, for whoever reads values in another way. */
  readonly raw = (text: string, reading: RawReading = {}): Statement<RawRows> => {
    return this.#statement(compileText(text, reading), this.raw, rawRowsOf)
  }

  /** Runs one statement; resolves to all that the server said: rows as its own text, fields, rows affected, warnings. */
  readonly reply = (text: string): Statement<ServerReply> => {
    return this.#statement(compileText(text, { warnings: true }), this.reply, serverReplyOf)
  }

  /**
   * Runs LOAD DATA LOCAL INFILE. When the server asks for the file, it gets what `localFile` opens, at the pace at which it
   * takes it; chunks are Buffers.
   */
  readonly loadLocal = (text: string, localFile: LocalFile): Statement<Outcome & { readonly info: string }> => {
    return this.#statement(compileText(text, { localFile }), this.loadLocal, (reply) => ({
      ...outcomeOfAll(reply),
      info: infoOf(reply),
    }))
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
    return this.#start(compileSql(strings, values), this.start, (reply) => {
      const last = reply.replies.at(-1)
      return last !== undefined && 'rows' in last ? this.#exact(last) : outcomeOfAll(reply)
    })
  }

  /** The same for one statement whose rows are wanted as the server's own text. */
  readonly startRaw = (text: string, reading: RawReading = {}): StartedStatement<RawRows> => {
    return this.#start(compileText(text, reading), this.startRaw, rawRowsOf)
  }

  /** The same for a text with any number of statements; its result is one for each: rows, or what it did. */
  readonly startScript = (text: string): StartedStatement<(SqlRow[] | Outcome)[]> => {
    return this.#start(compileText(text), this.startScript, (reply) => this.#results(reply))
  }

  /**
   * BEGIN, the body, COMMIT; ROLLBACK when the body throws. The body gets this same session. One inside another is a
   * savepoint of the outer one.
   *
   * @throws StatementError with outcome `unknown` when the connection is lost while the reply of COMMIT is awaited.
   */
  readonly transaction = <R>(body: TransactionBody<R>, options: TransactionOptions = {}): Statement<R> => {
    const statement = new Statement<R>({
      sql: 'TRANSACTION',
      session: this,
      calledAs: this.transaction,
      send: () => this.#transactions.run((attempt) => body(this, attempt), options),
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
    return this.busy ? this.status === 'connected' : this.#wire.answers(timeout)
  }

  /** Rolls back what is open, for whoever uses the session next. @throws StatementError, ConnectError */
  async reset(): Promise<void> {
    const { startSavepoint } = this.#settings
    const text = startSavepoint === undefined ? 'ROLLBACK' : `ROLLBACK TO SAVEPOINT ${startSavepoint}`
    await this.#queue.send(compileText(text))
  }

  /** Ends the statement under way, if there is one, with KILL QUERY over another connection. */
  kill(): Promise<void> {
    return this.#wire.kill()
  }

  /**
   * Ends the statement under way with KILL QUERY, as `close()` does, and takes no other. The transaction stays open until
   * the session is closed: so of several sessions that wait for each other's locks, none goes on while they are ended.
   */
  halt(): Promise<void> {
    return this.#queue.halt()
  }

  /**
   * Ends the session, and with KILL QUERY the statement under way; an open transaction is rolled back by the server.
   * Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#queue.close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
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
      send: async () => result(await this.#queue.send(sql)),
      literal: () => sql.literal({ timeZone: this.timeZone, backslashEscapes: undefined }),
      explain: async () => this.#lastRows(await this.#queue.send(prefixed('EXPLAIN ', sql))),
    })
    this.#settings.onStatement?.(statement as Statement<unknown>)
    return statement
  }

  #start<R>(
    sql: CompiledSql,
    calledAs: (...args: never[]) => unknown,
    resultOf: (reply: Replies) => R,
  ): StartedStatement<R> {
    const startedAt = new Error('started')
    Error.captureStackTrace(startedAt, calledAs)
    const sent = Promise.withResolvers<void>()
    const started = new StartedStatement({
      sql: sql.text,
      literal: () => sql.literal({ timeZone: this.timeZone, backslashEscapes: undefined }),
      session: this,
      sent: sent.promise,
      result: this.#queue.send(sql, sent.resolve).then(resultOf),
      startedAt,
    })
    this.#settings.onStatement?.(started)
    return started
  }

  #results({ replies }: Replies): (SqlRow[] | Outcome)[] {
    return replies.map((reply) => ('rows' in reply ? this.#exact(reply) : outcomeOf(reply.header, [])))
  }

  #lastRows({ replies }: Replies): SqlRow[] {
    const last = replies.at(-1)
    return last !== undefined && 'rows' in last ? this.#exact(last) : []
  }

  #exact(reply: Extract<WireReply, { rows: unknown }>): SqlRow[] {
    return exactRows(reply.rows, reply.fields, this.timeZone)
  }
}
