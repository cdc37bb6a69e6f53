import { StatementError } from '../../errors/statement-error.ts'
import { TidbTestError } from '../../errors/tidb-test-error.ts'
import { driverError } from './driver-error.ts'
import { DecodedRows, type LoadCell } from './decode-rows.ts'
import { ExecutePacket, type LoadValue } from './execute-packet.ts'
import { textCommand } from './text-command.ts'
import { ReplyReader, type Reply, type RowSink } from './reply-reader.ts'
import { openTransport, type Transport, type TransportOptions } from './transport.ts'

const COM_QUERY = 0x03
const COM_STMT_PREPARE = 0x16

export interface LoadConnectionOptions extends TransportOptions {
  /** Shown in errors. */
  readonly name: string
}

interface Pending {
  readonly sql: string
  readonly sentAt: number
  readonly preparing: boolean
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/**
 * A connection that costs a load generator as little as can be: statements are prepared once and sent in the binary
 * protocol, rows are counted and not read unless they are asked for. One statement at a time.
 */
export class LoadConnection {
  /** Statements that were run and answered, errors among them. */
  statements = 0
  readonly #transport: Transport
  readonly #name: string
  readonly #reader = new ReplyReader()
  readonly #packet = new ExecutePacket()
  readonly #prepared = new Map<string, number>()
  #pending: Pending | undefined
  #lost: Error | undefined

  private constructor(transport: Transport, name: string) {
    this.#transport = transport
    this.#name = name
    transport.onBytes = (bytes, length) => this.#take(bytes, length)
    transport.onLost = (error) => this.#lose(error)
  }

  /** @throws ConnectError */
  static async open(options: LoadConnectionOptions): Promise<LoadConnection> {
    return new LoadConnection(await openTransport(options), options.name)
  }

  /** Why it is gone, if it is. */
  get lost(): Error | undefined {
    return this.#lost
  }

  /** Whether a transaction is open, as far as the server has told. */
  get inTransaction(): boolean {
    return this.#reader.inTransaction
  }

  /**
   * Runs a statement, prepared at its first use. Resolves to the number of rows that it returned or affected.
   *
   * @throws StatementError; TidbTestError `LOAD_VALUE`, `LOAD_VALUES`
   */
  async execute(sql: string, values: readonly LoadValue[] = []): Promise<number> {
    const known = this.#prepared.get(sql)
    const reply = await this.#execute(sql, known ?? (await this.#prepare(sql, values.length)), values)
    return reply.rows + reply.affectedRows
  }

  /** The same, for its rows. */
  async rows(sql: string, values: readonly LoadValue[] = []): Promise<LoadCell[][]> {
    const decoded = new DecodedRows()
    const id = this.#prepared.get(sql) ?? (await this.#prepare(sql, values.length))
    await this.#execute(sql, id, values, decoded)
    return decoded.rows
  }

  /** Sends a text as it is. Resolves to the number of rows that it returned or affected. @throws StatementError */
  async query(sql: string): Promise<number> {
    const reply = await this.#send(sql, textCommand(COM_QUERY, sql))
    return reply.rows + reply.affectedRows
  }

  /** Sends a command that is written already; `sql` stands for it in messages. @throws StatementError */
  async sendPackets(packets: Uint8Array, sql: string): Promise<number> {
    return (await this.#send(sql, packets)).affectedRows
  }

  /** Gives up on a statement that was sent more than so many milliseconds ago: its connection is cut. */
  cutAfter(milliseconds: number): void {
    if (this.#pending === undefined || performance.now() - this.#pending.sentAt < milliseconds) return
    const error = new Error(`no answer within ${milliseconds} ms`)
    this.#transport.destroy()
    this.#lose(Object.assign(error, { code: 'PROTOCOL_SEQUENCE_TIMEOUT', fatal: true }))
  }

  close(): void {
    this.#transport.destroy()
  }

  async #prepare(sql: string, values: number): Promise<number> {
    const reply = await this.#send(sql, textCommand(COM_STMT_PREPARE, sql), undefined, true)
    if (reply.parameters !== values) {
      throw new TidbTestError('LOAD_VALUES', `${reply.parameters} values are needed and ${values} are given: ${sql}`)
    }
    this.#prepared.set(sql, reply.statementId)
    return reply.statementId
  }

  #execute(sql: string, id: number, values: readonly LoadValue[], sink?: RowSink): Promise<Reply> {
    return this.#send(sql, this.#packet.encode(id, values), sink)
  }

  #send(sql: string, bytes: Uint8Array, sink?: RowSink, preparing = false): Promise<Reply> {
    if (this.#lost !== undefined) return Promise.reject(this.#failure(this.#lost, sql))
    if (this.#pending !== undefined) {
      return Promise.reject(
        new TidbTestError('LOAD_TWO_STATEMENTS', `a statement was sent while another was under way: ${sql}`, {
          remedy: 'Await each statement of a step: a session runs them one after another.',
        }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#pending = { sql, sentAt: performance.now(), preparing, resolve, reject }
      this.#reader.expect(sink, preparing)
      this.#transport.write(bytes)
    })
  }

  #take(bytes: Uint8Array, length: number): void {
    const pending = this.#pending
    // A server that goes down says so unasked, and then closes.
    if (pending === undefined) return
    let reply: Reply | undefined
    try {
      reply = this.#reader.take(bytes, length)
    } catch (error) {
      this.#transport.destroy()
      this.#lose(Object.assign(error as Error, { code: 'PROTOCOL_PACKETS_OUT_OF_ORDER', fatal: true }))
      return
    }
    if (reply === undefined) return
    this.#pending = undefined
    if (!pending.preparing) this.statements++
    if (reply.error === undefined) pending.resolve(reply)
    else pending.reject(this.#failure(driverError(reply.error), pending.sql))
  }

  #lose(error: Error): void {
    this.#lost ??= error
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(this.#failure(error, pending.sql))
  }

  #failure(cause: Error, sql: string): StatementError {
    return new StatementError(cause, { sql, session: this.#name, uncommitted: this.#reader.inTransaction })
  }
}
