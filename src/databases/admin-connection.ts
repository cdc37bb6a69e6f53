import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { driverOptionsOf } from '../connections/driver-options.ts'
import { urlOf, type Endpoint } from '../connections/endpoint.ts'
import { isConnectionLost } from '../errors/classify.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { retry } from '../resilience/retry.ts'
import { connectingRetry, type RetryOptions } from '../resilience/retry-options.ts'

/** How an administrative connection is opened. */
export interface AdminConnecting {
  /** Milliseconds that one attempt may take; 10 seconds when not given. Statements may take as long as they need. */
  readonly timeout?: number
  /** Up to 4 attempts within 30 seconds where it says nothing. */
  readonly retry?: RetryOptions
}

export type AdminRow = Readonly<Record<string, unknown>>

/** A connection of the toolkit itself; tests never see it. Statements wait in line. */
export class AdminConnection {
  #connectionId: string
  #connection: Connection
  readonly #reopen: () => Promise<AdminConnection>
  /** Rejects when we close: the driver leaves a statement that is under way then without an answer for ever. */
  readonly #closed = Promise.withResolvers<never>()
  #lost: Error | undefined

  private constructor(connection: Connection, connectionId: string, reopen: () => Promise<AdminConnection>) {
    this.#connection = connection
    this.#connectionId = connectionId
    this.#reopen = reopen
    this.#closed.promise.catch(() => undefined)
    this.#listen(connection)
  }

  get connectionId(): string {
    return this.#connectionId
  }

  #listen(connection: Connection): void {
    connection.on('error', (error: Error) => {
      if (connection === this.#connection) this.#lost = error
    })
    connection.on('end', () => {
      if (connection === this.#connection) this.#lost ??= new Error('the server closed the connection')
    })
  }

  /** Tries again after failures that may pass. @throws ConnectError `CONNECT_FAILED` */
  static open(
    endpoint: Endpoint,
    { timeout = 10_000, retry: limits = {} }: AdminConnecting = {},
  ): Promise<AdminConnection> {
    const work = { operation: 'connecting', preset: connectingRetry }
    const open = (): Promise<AdminConnection> =>
      retry(() => AdminConnection.#openOnce(endpoint, timeout, open), work, limits)
    return open()
  }

  static async #openOnce(
    endpoint: Endpoint,
    timeout: number,
    reopen: () => Promise<AdminConnection>,
  ): Promise<AdminConnection> {
    let connection: Connection | undefined
    try {
      connection = await createConnection({
        ...driverOptionsOf(endpoint),
        connectTimeout: timeout,
        supportBigNumbers: true,
        bigNumberStrings: true,
        dateStrings: true,
        trace: false,
      })
      const sql = 'SELECT CAST(CONNECTION_ID() AS CHAR) AS id'
      const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout })
      return new AdminConnection(connection, String(rows[0]?.['id']), reopen)
    } catch (error) {
      connection?.destroy()
      throw new ConnectError(
        'CONNECT_FAILED',
        `The databases of ${urlOf(endpoint)} can't be looked after: ${messageOf(error)}`,
        {
          cause: error,
          remedy: 'Check that the server is up and that the user may log in.',
        },
      )
    }
  }

  /** Connects once more, to a server that was started again. Nothing may be under way. @throws ConnectError `CONNECT_FAILED` */
  async reopen(): Promise<void> {
    const other = await this.#reopen()
    this.#connection.destroy()
    this.#connection = other.#connection
    this.#connectionId = other.#connectionId
    this.#lost = undefined
    this.#listen(this.#connection)
  }

  /** What ended the connection; undefined while it lives. */
  get lost(): Error | undefined {
    return this.#lost
  }

  /** The rows of one statement; empty for statements without rows. Big integers are strings. */
  async run(sql: string): Promise<AdminRow[]> {
    return this.#rowsOf(this.#connection.query(sql))
  }

  /** The same over the binary protocol, which the server plans once: for what is asked again and again. */
  async runPrepared(sql: string): Promise<AdminRow[]> {
    return this.#rowsOf(this.#connection.execute(sql))
  }

  async #rowsOf(reply: Promise<[unknown, unknown]>): Promise<AdminRow[]> {
    try {
      const [rows] = await Promise.race([reply, this.#closed.promise])
      return Array.isArray(rows) ? (rows as AdminRow[]) : []
    } catch (error) {
      // The driver gives a loss to the statement that was under way and then to nobody else.
      if (isConnectionLost(error)) this.#lost ??= error as Error
      throw error
    }
  }

  close(): void {
    this.#lost ??= new Error('the connection was closed')
    this.#closed.reject(this.#lost)
    this.#connection.destroy()
  }
}
