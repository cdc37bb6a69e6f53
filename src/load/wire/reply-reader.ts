/** What a server answered to one command. Rows are counted, and decoded only where somebody wants them. */
export interface Reply {
  rows: number
  affectedRows: number
  /** Of a prepared statement. */
  statementId: number
  parameters: number
  /** Present when the server answered with an error. */
  error: ServerError | undefined
}

/** An error packet, in the names of mysql2's errors. */
export interface ServerError {
  readonly errno: number
  readonly sqlState: string
  readonly sqlMessage: string
}

/** Sees what is decoded of a result set; its packets are the payload without header. */
export interface RowSink {
  column(packet: Uint8Array): void
  row(packet: Uint8Array): void
}

const MORE_RESULTS = 0x0008
const IN_TRANSACTION = 0x0001
/** A payload of this length goes on in the next packet. */
const FULL = 0xff_ff_ff

const states = { first: 0, columns: 1, columnsEnd: 2, rows: 3, parameters: 4, parametersEnd: 5 } as const

/**
 * Reads replies of the MySQL protocol (binary and text alike) by their packets' headers: it looks at an OK, an ERR, an
 * EOF and the number of columns, and steps over the rest without touching it.
 *
 * Source: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
 */
export class ReplyReader {
  /** Whether the last status that the server told has a transaction open. */
  inTransaction = false
  #reply: Reply = freshReply()
  #sink: RowSink | undefined
  #preparing = false
  #state: number = states.first
  /** Definitions that are still to come. */
  #definitions = 0
  #columns = 0
  /** Bytes of a packet that is stepped over and has not come yet. */
  #skip = 0
  /** The packet goes on in the next one. */
  #continued = false
  /** The beginning of a packet that has not come as a whole. */
  #rest: Uint8Array | undefined

  /** Before a command is sent. `preparing`: it is COM_STMT_PREPARE. */
  expect(sink?: RowSink, preparing = false): void {
    this.#reply = freshReply()
    this.#sink = sink
    this.#preparing = preparing
    this.#state = states.first
  }

  /**
   * Takes bytes; gives the reply when it is complete. Nothing may come after that.
   *
   * @throws Error when the bytes are no reply
   */
  take(bytes: Uint8Array, length: number): Reply | undefined {
    let chunk = bytes
    let end = length
    if (this.#rest !== undefined) {
      chunk = Buffer.concat([this.#rest, bytes.subarray(0, length)])
      end = chunk.length
      this.#rest = undefined
    }
    let at = 0
    while (at < end) {
      if (this.#skip > 0) {
        const stepped = Math.min(this.#skip, end - at)
        this.#skip -= stepped
        at += stepped
        continue
      }
      if (end - at < 5) return this.#keep(chunk, at, end)
      const size = (chunk[at] as number) | ((chunk[at + 1] as number) << 8) | ((chunk[at + 2] as number) << 16)
      const next = at + 4 + size
      if (!this.#needsWhole(chunk[at + 4] as number, size)) {
        this.#step(size)
        if (next > end) this.#skip = next - end
        at = Math.min(next, end)
        continue
      }
      if (next > end) return this.#keep(chunk, at, end)
      at = next
      if (this.#packet(chunk.subarray(next - size, next), size)) {
        if (at < end) throw new Error(`the server sent ${end - at} bytes that nobody asked for`)
        return this.#reply
      }
    }
    return undefined
  }

  #keep(chunk: Uint8Array, at: number, end: number): undefined {
    this.#rest = chunk.slice(at, end)
    return undefined
  }

  #needsWhole(type: number, size: number): boolean {
    if (this.#continued) return false
    switch (this.#state) {
      case states.rows:
        return this.#sink !== undefined || (type === 0xfe && size < 9) || type === 0xff
      case states.columns:
        return this.#sink !== undefined
      case states.parameters:
        return false
      default:
        return true
    }
  }

  /** A packet that is not looked into. */
  #step(size: number): void {
    const continues = size === FULL
    const continued = this.#continued
    this.#continued = continues
    if (continued) return
    if (this.#state === states.rows) this.#reply.rows++
    else this.#definition()
  }

  #definition(): void {
    this.#definitions--
    if (this.#definitions === 0) {
      this.#state = this.#state === states.columns ? states.columnsEnd : states.parametersEnd
    }
  }

  /** Whether the reply is complete with it. */
  #packet(packet: Uint8Array, size: number): boolean {
    if (size === FULL) throw new Error('the server sent a packet of 16 MiB where a short one was expected')
    const type = packet[0] as number
    if (type === 0xff) {
      this.#reply.error = errorOf(packet)
      return true
    }
    switch (this.#state) {
      case states.first:
        return this.#preparing ? this.#prepared(packet) : this.#first(packet, type)
      case states.columns:
        this.#sink?.column(packet)
        this.#definition()
        return false
      case states.parametersEnd:
        if (this.#columns === 0) return true
        this.#expectDefinitions(states.columns, this.#columns)
        return false
      case states.columnsEnd:
        this.#state = states.rows
        return this.#preparing
      default:
        if (type !== 0xfe || size >= 9) {
          this.#reply.rows++
          this.#sink?.row(packet)
          return false
        }
        return this.#ended(uint16(packet, 3))
    }
  }

  #prepared(packet: Uint8Array): boolean {
    this.#reply.statementId = uint16(packet, 1) + uint16(packet, 3) * 0x1_00_00
    this.#columns = uint16(packet, 5)
    this.#reply.parameters = uint16(packet, 7)
    if (this.#reply.parameters > 0) this.#expectDefinitions(states.parameters, this.#reply.parameters)
    else if (this.#columns > 0) this.#expectDefinitions(states.columns, this.#columns)
    else return true
    return false
  }

  #first(packet: Uint8Array, type: number): boolean {
    if (type === 0xfb) throw new Error('the server asks for a local file, which a load does not send')
    if (type !== 0) {
      this.#expectDefinitions(states.columns, lengthEncoded(packet, 0).value)
      return false
    }
    const affected = lengthEncoded(packet, 1)
    const insertId = lengthEncoded(packet, affected.next)
    this.#reply.affectedRows += affected.value
    return this.#ended(uint16(packet, insertId.next))
  }

  #expectDefinitions(state: number, count: number): void {
    this.#state = state
    this.#definitions = count
  }

  #ended(status: number): boolean {
    this.inTransaction = (status & IN_TRANSACTION) !== 0
    this.#state = states.first
    return (status & MORE_RESULTS) === 0
  }
}

function freshReply(): Reply {
  return { rows: 0, affectedRows: 0, statementId: 0, parameters: 0, error: undefined }
}

function errorOf(packet: Uint8Array): ServerError {
  const text = Buffer.from(packet.buffer, packet.byteOffset, packet.length)
  // Before the login is done, an error has no SQL state.
  const marked = packet[3] === 0x23
  return {
    errno: uint16(packet, 1),
    sqlState: marked ? text.toString('latin1', 4, 9) : 'HY000',
    sqlMessage: text.toString('utf8', marked ? 9 : 3),
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}

/** A length-encoded integer; beyond 2^53 it is rounded. */
export function lengthEncoded(bytes: Uint8Array, at: number): { value: number; next: number } {
  const first = bytes[at] as number
  if (first < 0xfb) return { value: first, next: at + 1 }
  const size = first === 0xfc ? 2 : first === 0xfd ? 3 : 8
  let value = 0
  for (let index = size; index > 0; index--) value = value * 256 + (bytes[at + index] as number)
  return { value, next: at + 1 + size }
}
