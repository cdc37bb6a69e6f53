import type { Socket } from 'node:net'
import {
  createConnection,
  type Connection,
  type FieldPacket,
  type QueryError,
  type QueryOptions,
  type ResultSetHeader,
} from 'mysql2'
import { isConnectionLost } from '../errors/classify.ts'
import { connectErrorOf } from './connect-failure.ts'
import { driverOptionsOf } from './driver-options.ts'
import type { Endpoint } from './endpoint.ts'
import { pacedFile } from './paced-file.ts'
import type { RawReading } from './raw-rows.ts'
import { SessionFlags } from './session-flags.ts'
import type { SqlRow } from './sql.ts'
import { withoutSecrets } from './statement-failure.ts'

/** What came back for one statement: rows with their fields, or the header of an OK packet. */
export type WireReply =
  | { readonly rows: SqlRow[]; readonly fields: readonly FieldPacket[] }
  | { readonly header: ResultSetHeader }

/** One connection to a server, with the driver's options that keep values exact. */
export class Wire {
  readonly flags = new SessionFlags()
  readonly #connection: Connection
  readonly #stream: Socket
  #lost: Error | undefined
  #closing = false

  private constructor(connection: Connection) {
    this.#connection = connection
    // mysql2's types leave the socket out; its documentation names it.
    this.#stream = (connection as Connection & { stream: Socket }).stream
    connection.on('error', (error: Error) => {
      this.#lost = error
    })
    this.#stream.once('close', () => {
      if (!this.#closing) this.#lost ??= new Error('the server closed the connection')
    })
  }

  /** Why the connection is gone, if it is. */
  get lost(): Error | undefined {
    return this.#lost
  }

  /** @throws ConnectError `CONNECT_REFUSED`, `CONNECT_DENIED`, `CONNECT_TIMEOUT`, `CONNECT_UNKNOWN_DATABASE`, … */
  static connect(
    endpoint: Endpoint,
    options: { database?: string; timeout: number; signal?: AbortSignal },
  ): Promise<Wire> {
    return new Promise((resolve, reject) => {
      options.signal?.throwIfAborted()
      const connection = createConnection({
        ...driverOptionsOf(endpoint),
        ...(options.database === undefined ? {} : { database: options.database }),
        connectTimeout: options.timeout,
        charset: 'utf8mb4',
        multipleStatements: true,
        supportBigNumbers: true,
        dateStrings: true,
        jsonStrings: true,
        // A third of the driver's time goes into stack traces that a statement already carries.
        trace: false,
      })
      const abort = (): void => {
        connection.destroy()
        reject(options.signal?.reason as Error)
      }
      options.signal?.addEventListener('abort', abort, { once: true })
      connection.connect((error) => {
        options.signal?.removeEventListener('abort', abort)
        if (error === null || error === undefined) {
          resolve(new Wire(connection))
          return
        }
        connection.destroy()
        reject(connectErrorOf(error, endpoint, options.database))
      })
    })
  }

  /**
   * Sends a text as it is. Resolves to one reply for each statement in it; with `raw`, its rows are arrays of what the
   * server sent.
   */
  send(text: string, raw?: RawReading): Promise<WireReply[]> {
    if (this.#lost !== undefined) return Promise.reject(Object.assign(this.#lost, { fatal: true }))
    return new Promise((resolve, reject) => {
      this.#connection.query(
        raw === undefined ? { sql: text } : rawQuery(text, raw, this.#stream),
        (error: QueryError | null, results: unknown, fields: unknown) => {
          if (error === null || error === undefined) {
            const replies = repliesOf(results, fields)
            this.flags.observe(replies)
            resolve(replies)
            return
          }
          this.flags.observe(undefined)
          if (isConnectionLost(error)) this.#lost = error
          reject(withoutSecrets(error))
        },
      )
    })
  }

  /** Says goodbye and waits until the socket is closed, so that the server has ended the session too. */
  close(): Promise<void> {
    this.#closing = true
    if (this.#lost !== undefined || this.#stream.destroyed) {
      this.#connection.destroy()
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(deadline)
        this.#connection.destroy()
        resolve()
      }
      // A server that is stopped in mid-air never closes its end.
      const deadline = setTimeout(done, 1_000)
      this.#stream.once('close', done)
      this.#connection.end(done)
    })
  }

  /** Cuts the connection; a statement under way fails at once. The server notices by itself. */
  cut(): void {
    // The driver's destroy() would leave the statement under way without an answer for ever.
    this.#stream.destroy(new Error('the connection was cut on our side'))
  }
}

function rawQuery(text: string, { localFile, onPiece }: RawReading, socket: Socket): QueryOptions {
  return {
    sql: text,
    typeCast: false,
    rowsAsArray: true,
    ...(localFile === undefined
      ? {}
      : { infileStreamFactory: (path: string) => pacedFile({ path, localFile, socket, onPiece }) }),
  }
}

function repliesOf(results: unknown, fields: unknown): WireReply[] {
  const several =
    Array.isArray(fields) && fields.length > 0 && fields.every((entry) => entry === undefined || Array.isArray(entry))
  if (!several) return [replyOf(results, fields)]
  return (results as unknown[]).map((result, index) => replyOf(result, (fields as unknown[])[index]))
}

function replyOf(result: unknown, fields: unknown): WireReply {
  return Array.isArray(result)
    ? { rows: result as SqlRow[], fields: (fields ?? []) as readonly FieldPacket[] }
    : { header: result as ResultSetHeader }
}
