import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { BlockingObserver } from '../blocking/blocking-observer.ts'
import { nameOf, type StatementState } from '../blocking/wait.ts'
import { closeSessions } from '../connections/close-sessions.ts'
import type { RawReading, RawRows } from '../connections/raw-rows.ts'
import type { Session } from '../connections/session.ts'
import { splitStatements } from '../connections/sql-lexer.ts'
import type { StartedStatement } from '../connections/started-statement.ts'
import { withinMilliseconds } from '../databases/within.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { crossingRows } from './column-type.ts'
import { failedStatement, remoteFailure, type FailedStatement } from './failed-statement.ts'
import { RemoteFailure, type RequestServer } from './interpreter.ts'
import type { CrossingRows, Params, Request } from './protocol.ts'

/** Milliseconds that statements may take to end when they have been killed. */
const ENDING = 5_000

export type OpenOptions = Params<'connection.open'>['options']

export interface ConnectionsHostOptions {
  /** The session behind the connection of the handler's context. */
  readonly main: Session
  /** Whether others use that session too: its settings stay what they are then. */
  readonly isMainShared?: boolean
  /** Opens further ones. */
  readonly open: (options: OpenOptions) => Promise<Session>
  readonly observer: BlockingObserver
  /** Aborts when the test is over. */
  readonly signal: AbortSignal
  /** Seconds until a statement gives up on a row that is locked; what the server says when undefined. */
  readonly lockWaitTimeout: number | undefined
  /** Where LOAD DATA LOCAL INFILE looks for a relative path. */
  readonly folder: string
  /** A line for the test's output. */
  readonly log: (text: string) => void
}

/** Numbers are never used again: what a module of Python has kept from an earlier handler must not mean something else. */
let last = 0

interface Connection {
  readonly id: string
  readonly session: Session
}

interface Started {
  readonly connection: Connection
  readonly statement: StartedStatement<RawRows>
  readonly result: Promise<CrossingRows>
}

/** Gives one handler its connections: each is a session of ours, and each call of a handler a statement on one. */
export class ConnectionsHost implements RequestServer {
  /** Every statement that failed, by its number. */
  readonly #failed = new Map<number, FailedStatement>()
  readonly #options: ConnectionsHostOptions
  readonly #reading: RawReading
  readonly #connections = new Map<number, Connection>()
  readonly #started = new Map<number, Started>()
  /** Statements that the server has not answered yet, with their sessions. */
  readonly #underWay = new Map<Promise<unknown>, Session>()
  #sent = 0
  #mainIsNext = false

  constructor(options: ConnectionsHostOptions) {
    this.#options = options
    this.#reading = { localFile: (path) => createReadStream(resolve(options.folder, path)) }
  }

  /**
   * The connection that is opened next is that of the context, which the host in Python opens before it calls the class.
   * The file may have opened others before, when it was imported.
   */
  lendMain(): void {
    this.#mainIsNext = true
  }

  /** How many statements the handler has sent. */
  get sent(): number {
    return this.#sent
  }

  /** Statements that failed, and that the handler made nothing of: not those that it has raised. */
  swallowedBut(raised: ReadonlySet<number>): FailedStatement[] {
    return [...this.#failed].filter(([number]) => !raised.has(number)).map(([, failed]) => failed)
  }

  answer<R extends Request>(request: R, params: Params<R>): Promise<unknown> {
    const answerers: { readonly [K in Request]: (given: Params<K>) => Promise<unknown> } = {
      'connection.open': ({ options }) => this.#open(options),
      'connection.execute': ({ connection, sql }) => this.#execute(this.#connection(connection), sql),
      'connection.close': ({ connection }) => this.#close(connection),
      'statement.start': ({ connection, sql }) => this.#start(this.#connection(connection), sql),
      'statement.state': (given) => this.#state(given),
      'statement.result': ({ statement }) => this.#startedStatement(statement).result,
      'statement.expected': ({ statements }) => this.#expected(statements),
      log: ({ text }) => this.#log(text),
    }
    return answerers[request](params)
  }

  /**
   * Ends what is under way on the handler's further connections, and rolls their transactions back: a DROP TABLE would
   * wait for them for ever.
   */
  async rollBackOthers(): Promise<void> {
    const others = this.#others()
    const connected = (): Session[] => others.filter(({ status }) => status === 'connected')
    // A statement must not get its lock from a ROLLBACK just when it is killed: see closeSessions(). What can't be
    // killed is found out by the ROLLBACK, which waits for it.
    await Promise.allSettled(connected().map((session) => session.kill()))
    const ending = [...this.#underWay].filter(([, session]) => others.includes(session)).map(([statement]) => statement)
    await withinMilliseconds(Promise.allSettled(ending), ENDING)
    // Of a connection that is lost meanwhile the server rolls back by itself.
    await Promise.allSettled(connected().map((session) => session.reset()))
  }

  /** Ends every statement that is under way. */
  async endStatements(): Promise<void> {
    const connected = [...this.#connections.values()].filter(({ session }) => session.status === 'connected')
    // One that can't be ended so is ended with its session, after the test.
    await Promise.allSettled(connected.map(({ session }) => session.kill()))
  }

  /** Ends the connections that the handler has opened. */
  async close(): Promise<void> {
    await closeSessions(this.#others())
  }

  #others(): Session[] {
    const sessions = [...this.#connections.values()].map(({ session }) => session)
    return sessions.filter((session) => session !== this.#options.main)
  }

  /** Notes a statement until it has ended, whatever becomes of it. */
  #whileUnderWay<R>(session: Session, statement: Promise<R>): Promise<R> {
    this.#underWay.set(statement, session)
    const ended = (): void => void this.#underWay.delete(statement)
    statement.then(ended, ended)
    return statement
  }

  async #open(options: OpenOptions): Promise<{ readonly connection: number; readonly id: string }> {
    const { main, lockWaitTimeout, isMainShared = false } = this.#options
    const session = this.#mainIsNext ? main : await this.#opened(options)
    this.#mainIsNext = false
    const keepsSettings = isMainShared && session === main
    if (lockWaitTimeout !== undefined && !keepsSettings)
      await session.raw(`SET innodb_lock_wait_timeout = ${lockWaitTimeout}`)
    last += 1
    this.#connections.set(last, { id: options.id, session })
    return { connection: last, id: options.id }
  }

  async #opened(options: OpenOptions): Promise<Session> {
    try {
      return await this.#options.open(options)
    } catch (error) {
      const { errno = 2003, sqlState = 'HY000' } = causeOf(error)
      const message = messageOf(error)
      throw new RemoteFailure(message, { errno: errno > 0 ? errno : 2003, sqlstate: sqlState, msg: message })
    }
  }

  #connection(number: number): Connection {
    const connection = this.#connections.get(number)
    if (connection !== undefined) return connection
    const message =
      'this connection was closed, or was opened for an earlier handler: each has its own, which it opens in enter() or execute()'
    throw new RemoteFailure(message, { errno: 2006, sqlstate: 'HY000', msg: message })
  }

  async #execute(connection: Connection, sql: string): Promise<CrossingRows> {
    this.#assertOne(sql)
    this.#sent += 1
    try {
      const { session } = connection
      return crossingRows(await this.#whileUnderWay(session, session.raw(sql, this.#reading)))
    } catch (error) {
      throw this.#note(error, connection, sql)
    }
  }

  async #close(number: number): Promise<null> {
    const { session } = this.#connection(number)
    // The one of the context is the test's own, which ends with the test.
    if (session === this.#options.main) return null
    this.#connections.delete(number)
    await session.close()
    return null
  }

  async #start(connection: Connection, sql: string): Promise<{ readonly statement: number }> {
    this.#assertOne(sql)
    this.#sent += 1
    const { session } = connection
    const statement = session.startRaw(sql, this.#reading)
    const result = this.#whileUnderWay(session, statement.result()).then(crossingRows, (error: unknown) => {
      throw this.#note(error, connection, sql)
    })
    // Looked at when Python asks; until then it is in the list of what failed.
    result.catch(() => undefined)
    last += 1
    this.#started.set(last, { connection, statement, result })
    return { statement: last }
  }

  async #state({ statement, until, timeout }: Params<'statement.state'>): Promise<object> {
    const { observer, signal } = this.#options
    const started = this.#startedStatement(statement).statement
    const state =
      until === 'now'
        ? await observer.look(started)
        : await observer.endedOrBlocked(started, { signal, ...(timeout == null ? {} : { timeout }) })
    return this.#told(state)
  }

  #told(state: StatementState): object {
    if (state.status !== 'blocked') return { status: state.status, blockers: [], candidates: [], on: null }
    const { blockers, candidates, target, kind } = state.wait
    const id = (blocker: (typeof blockers)[number]): string =>
      [...this.#connections.values()].find(({ session }) => session.connectionId === blocker.connectionId)?.id ??
      nameOf(blocker)
    return { status: 'blocked', blockers: blockers.map(id), candidates: candidates.map(id), on: target ?? kind, kind }
  }

  #startedStatement(number: number): Started {
    const started = this.#started.get(number)
    if (started === undefined) throw new RemoteFailure(`there is no started statement ${number}`, {})
    return started
  }

  #expected(numbers: readonly number[]): Promise<null> {
    for (const number of numbers) this.#failed.delete(number)
    return Promise.resolve(null)
  }

  #log(text: string): Promise<null> {
    this.#options.log(text)
    return Promise.resolve(null)
  }

  /** As drivers have it that send one statement at a time; nothing is sent. */
  #assertOne(sql: string): void {
    if (!sql.includes(';') || splitStatements(sql).length <= 1) return
    const msg = 'execute_query() takes one statement at a time, and this text holds several'
    throw new RemoteFailure(msg, { errno: 8130, sqlstate: 'HY000', msg })
  }

  #note(error: unknown, connection: Connection, sql: string): RemoteFailure {
    const failed = failedStatement(error, connection.id, sql)
    last += 1
    this.#failed.set(last, failed)
    return remoteFailure(error, failed, last)
  }
}

function causeOf(error: unknown): { readonly errno?: number; readonly sqlState?: string } {
  return error instanceof Error && typeof error.cause === 'object' && error.cause !== null ? error.cause : {}
}
