import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadValue } from '../wire/execute-packet.ts'

const COMMA = 0x2c
const QUOTE = 0x27
const BACKSLASH = 0x5c

/** Writes the rows of a multi-row INSERT straight into the bytes of its packet. */
export class RowWriter {
  #bytes: Buffer
  #at = 0
  #head = 0
  #firstOfRow = true
  rows = 0

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size + 64 * 1024)
  }

  get size(): number {
    return this.#at
  }

  /** What was written, valid until the next `begin()`. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  /** `INSERT INTO … VALUES`, as a COM_QUERY. */
  begin(head: string): void {
    this.#at = 0
    this.rows = 0
    this.#bytes[this.#at++] = 0x03
    this.#at += this.#bytes.write(head, this.#at)
    this.#head = this.#at
  }

  beginRow(): void {
    this.#reserve(2)
    if (this.#at > this.#head) this.#bytes[this.#at++] = COMMA
    this.#bytes[this.#at++] = 0x28
    this.#firstOfRow = true
  }

  endRow(): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = 0x29
    this.rows++
  }

  value(value: LoadValue): void {
    switch (typeof value) {
      case 'string':
        this.#text(value)
        break
      case 'number':
        if (!Number.isFinite(value)) throw new TidbTestError('LOAD_VALUE', `${value} can't be loaded into a column`)
        this.plain(String(value))
        break
      case 'bigint':
        this.plain(String(value))
        break
      default:
        this.plain(value === null ? 'NULL' : `x'${Buffer.from(value).toString('hex')}'`)
    }
  }

  /** Text that needs no quotes: numbers, NULL. ASCII. */
  plain(text: string): void {
    this.#separate(text.length)
    this.#at += this.#bytes.write(text, this.#at, 'latin1')
  }

  /** Text between quotes that has nothing to escape. ASCII. */
  quoted(text: string): void {
    this.#separate(text.length + 2)
    this.#bytes[this.#at++] = QUOTE
    this.#at += this.#bytes.write(text, this.#at, 'latin1')
    this.#bytes[this.#at++] = QUOTE
  }

  /** Bytes between quotes that have nothing to escape; `fill` writes `size` of them from a place on. */
  filled(size: number, fill: (bytes: Buffer, at: number) => void): void {
    this.#separate(size + 2)
    this.#bytes[this.#at++] = QUOTE
    fill(this.#bytes, this.#at)
    this.#at += size
    this.#bytes[this.#at++] = QUOTE
  }

  #text(text: string): void {
    const encoded = Buffer.from(text)
    this.#separate(encoded.length * 2 + 2)
    this.#bytes[this.#at++] = QUOTE
    for (const byte of encoded) {
      if (byte === QUOTE) this.#bytes[this.#at++] = QUOTE
      else if (byte === BACKSLASH) this.#bytes[this.#at++] = BACKSLASH
      this.#bytes[this.#at++] = byte
    }
    this.#bytes[this.#at++] = QUOTE
  }

  #separate(size: number): void {
    this.#reserve(size + 1)
    if (!this.#firstOfRow) this.#bytes[this.#at++] = COMMA
    this.#firstOfRow = false
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe((this.#at + size) * 2)
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
