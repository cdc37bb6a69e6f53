import { lengthEncoded, type RowSink } from './reply-reader.ts'

/** A cell as a load reads it: integers beyond 2^53 are bigints; DECIMAL, dates and JSON are text. */
export type LoadCell = number | bigint | string | null

interface ColumnType {
  readonly type: number
  readonly unsigned: boolean
}

/** Decodes the rows of a prepared statement. Source: "Binary Protocol Resultset" in MySQL's protocol documentation. */
export class DecodedRows implements RowSink {
  readonly rows: LoadCell[][] = []
  readonly #columns: ColumnType[] = []

  column(packet: Uint8Array): void {
    let at = 0
    // Catalogue, schema, table, its original name, name, its original name.
    for (let field = 0; field < 6; field++) {
      const length = lengthEncoded(packet, at)
      at = length.next + length.value
    }
    // The length of what follows, character set (2), length (4), type (1), flags (2).
    const type = packet[at + 7] as number
    this.#columns.push({ type, unsigned: ((packet[at + 8] as number) & 0x20) !== 0 })
  }

  row(packet: Uint8Array): void {
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.length)
    let at = 1 + ((this.#columns.length + 9) >> 3)
    this.rows.push(
      this.#columns.map(({ type, unsigned }, index) => {
        const bit = index + 2
        if (((bytes[1 + (bit >> 3)] as number) & (1 << (bit & 7))) !== 0) return null
        const cell = decode(bytes, at, type, unsigned)
        at = cell.next
        return cell.value
      }),
    )
  }
}

function decode(bytes: Buffer, at: number, type: number, unsigned: boolean): { value: LoadCell; next: number } {
  switch (type) {
    case 1:
      return { value: unsigned ? bytes.readUInt8(at) : bytes.readInt8(at), next: at + 1 }
    case 2:
    case 13:
      return { value: unsigned ? bytes.readUInt16LE(at) : bytes.readInt16LE(at), next: at + 2 }
    case 3:
    case 9:
      return { value: unsigned ? bytes.readUInt32LE(at) : bytes.readInt32LE(at), next: at + 4 }
    case 4:
      return { value: bytes.readFloatLE(at), next: at + 4 }
    case 5:
      return { value: bytes.readDoubleLE(at), next: at + 8 }
    case 8:
      return { value: exact(unsigned ? bytes.readBigUInt64LE(at) : bytes.readBigInt64LE(at)), next: at + 8 }
    case 7:
    case 10:
    case 12:
      return temporal(bytes, at)
    case 11:
      return duration(bytes, at)
    default: {
      const { value: length, next } = lengthEncoded(bytes, at)
      return { value: bytes.toString('utf8', next, next + length), next: next + length }
    }
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** DATE, DATETIME, TIMESTAMP as `YYYY-MM-DD hh:mm:ss.ffffff`, without the parts that the server left out. */
function temporal(bytes: Buffer, at: number): { value: string; next: number } {
  const size = bytes[at] as number
  const two = (offset: number): string => String(bytes[at + offset]).padStart(2, '0')
  const date = size === 0 ? '0000-00-00' : `${String(bytes.readUInt16LE(at + 1)).padStart(4, '0')}-${two(3)}-${two(4)}`
  const time = size < 7 ? '' : ` ${two(5)}:${two(6)}:${two(7)}`
  const micros = size < 11 ? '' : `.${String(bytes.readUInt32LE(at + 8)).padStart(6, '0')}`
  return { value: `${date}${time}${micros}`, next: at + 1 + size }
}

/** TIME as `-hhh:mm:ss.ffffff`. */
function duration(bytes: Buffer, at: number): { value: string; next: number } {
  const size = bytes[at] as number
  if (size === 0) return { value: '00:00:00', next: at + 1 }
  const hours = bytes.readUInt32LE(at + 2) * 24 + (bytes[at + 6] as number)
  const two = (value: number | undefined): string => String(value).padStart(2, '0')
  const micros = size < 12 ? '' : `.${String(bytes.readUInt32LE(at + 9)).padStart(6, '0')}`
  const sign = bytes[at + 1] === 1 ? '-' : ''
  return { value: `${sign}${two(hours)}:${two(bytes[at + 7])}:${two(bytes[at + 8])}${micros}`, next: at + 1 + size }
}
