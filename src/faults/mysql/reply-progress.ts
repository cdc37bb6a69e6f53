import { COMMAND, replyKindOf } from './commands.ts'
import type { PacketHead } from './packet-reader.ts'

const OK = 0x00
const LOCAL_FILE = 0xfb
const EOF = 0xfe
const ERR = 0xff
const MORE_RESULTS = 0x08
const CURSOR_EXISTS = 0x40
const LONGEST_EOF = 9

/** What the next packet is part of. */
type Part = 'first' | 'definitions' | 'rows' | 'file' | 'prepared'

/**
 * How far the reply to one command has come, packet by packet.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response.html
 */
export class ReplyProgress {
  readonly #command: number
  readonly #deprecateEof: boolean
  #part: Part
  /** Definitions that are still to come, with the EOFs after them. */
  #definitions = 0
  #prepared: number | undefined

  constructor(command: number, deprecateEof: boolean) {
    this.#command = command
    this.#deprecateEof = deprecateEof
    const kind = replyKindOf(command)
    this.#part = kind === 'rows' || kind === 'fields' ? 'rows' : 'first'
  }

  /** The client is asked for a file, which it sends now. */
  get wantsFile(): boolean {
    return this.#part === 'file'
  }

  /** The client has sent the end of the file; what comes next is the outcome. */
  fileSent(): void {
    this.#part = 'first'
  }

  /** The id of the statement that was prepared, once that is known. */
  get prepared(): number | undefined {
    return this.#prepared
  }

  /** Takes the next packet of the reply; true when it was the last one. */
  take({ bytes, length }: PacketHead): boolean {
    switch (this.#part) {
      case 'first':
        return this.#first(bytes, length)
      case 'definitions':
        return this.#definition(bytes, length)
      case 'rows':
        return this.#row(bytes, length)
      case 'prepared':
        return --this.#definitions === 0
      case 'file':
        // The server gave up before it had the file.
        return true
    }
  }

  #first(bytes: Buffer, length: number): boolean {
    const kind = replyKindOf(this.#command)
    const [type] = bytes
    if (type === ERR) return true
    if (kind === 'login') return type === OK
    if (kind === 'prepare') return this.#prepareOk(bytes)
    if (kind !== 'result') return true
    if (type === OK && length > 0) return (statusOfOk(bytes) & MORE_RESULTS) === 0
    if (type === LOCAL_FILE) {
      this.#part = 'file'
      return false
    }
    this.#part = 'definitions'
    this.#definitions = lengthEncoded(bytes, 0).value
    return false
  }

  #prepareOk(bytes: Buffer): boolean {
    if (bytes.length < 9) return true
    this.#prepared = bytes.readUInt32LE(1)
    const counts = [bytes.readUInt16LE(5), bytes.readUInt16LE(7)]
    const eof = this.#deprecateEof ? 0 : 1
    this.#definitions = counts.reduce((sum, count) => sum + (count === 0 ? 0 : count + eof), 0)
    this.#part = 'prepared'
    return this.#definitions === 0
  }

  #definition(bytes: Buffer, length: number): boolean {
    if (this.#definitions > 0) {
      this.#definitions--
      if (this.#definitions === 0 && this.#deprecateEof) this.#part = 'rows'
      return false
    }
    this.#part = 'rows'
    // With a cursor no rows follow; they are fetched.
    return length < LONGEST_EOF && (statusOfEof(bytes) & CURSOR_EXISTS) !== 0
  }

  #row(bytes: Buffer, length: number): boolean {
    const [type] = bytes
    if (type === ERR) return true
    if (type !== EOF || !this.#isEnd(length)) return false
    const status = this.#deprecateEof && length >= 7 ? statusOfOk(bytes) : statusOfEof(bytes)
    if ((status & MORE_RESULTS) === 0 || this.#command === COMMAND.statementFetch) return true
    this.#part = 'first'
    return false
  }

  /** A row may begin with the same byte, when its first value is longer than 16 MB: then its packet is full. */
  #isEnd(length: number): boolean {
    return this.#deprecateEof ? length < 0xff_ff_ff : length < LONGEST_EOF
  }
}

/** After the type: affected rows, last id, and the status. An OK packet at the end of rows is the same but for its type. */
function statusOfOk(bytes: Buffer): number {
  const affected = lengthEncoded(bytes, 1)
  const id = lengthEncoded(bytes, affected.end)
  return bytes.length < id.end + 2 ? 0 : bytes.readUInt16LE(id.end)
}

function statusOfEof(bytes: Buffer): number {
  return bytes.length < 5 ? 0 : bytes.readUInt16LE(3)
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_dt_integers.html */
export function lengthEncoded(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  const first = bytes[at] ?? 0
  if (first < 0xfb) return { value: first, end: at + 1 }
  const width = first === 0xfc ? 2 : first === 0xfd ? 3 : 8
  if (bytes.length < at + 1 + width) return { value: 0, end: bytes.length }
  const value = width === 8 ? Number(bytes.readBigUInt64LE(at + 1)) : bytes.readUIntLE(at + 1, width)
  return { value, end: at + 1 + width }
}
