import { TidbTestError } from '../../errors/tidb-test-error.ts'

/** What can be bound to a prepared statement of a load. Integers are sent as BIGINT, other numbers as DOUBLE. */
export type LoadValue = number | bigint | string | Uint8Array | null

const TYPE = { double: 5, null: 6, bigint: 8, blob: 0xfc, string: 0xfd } as const
const UNSIGNED = 0x80
const LARGEST_SIGNED = 0x7fff_ffff_ffff_ffffn
const HEADER = 4
/** Command, statement, flags, iterations. */
const FIXED = 10
/** Packets from here on would have to be cut in pieces. */
const MOST = 0xff_ff_ff

/** Writes COM_STMT_EXECUTE packets, one after another, into a buffer that grows with the largest. */
export class ExecutePacket {
  #bytes = Buffer.allocUnsafe(1024)

  /**
   * The packet, in a buffer that is written to again by the next call.
   *
   * @throws TidbTestError `LOAD_VALUE` when a value can't be bound, `LOAD_PACKET_SIZE` from 16 MiB on
   */
  encode(statementId: number, values: readonly LoadValue[]): Uint8Array {
    const nulls = HEADER + FIXED
    const types = nulls + ((values.length + 7) >> 3) + 1
    let at = types + values.length * 2
    this.#reserve(at + 9 * values.length)
    let bytes = this.#bytes
    bytes[3] = 0
    bytes[4] = 0x17
    bytes.writeUInt32LE(statementId, 5)
    bytes[9] = 0
    bytes.writeUInt32LE(1, 10)
    if (values.length === 0) return this.#finish(HEADER + FIXED)
    bytes.fill(0, nulls, types - 1)
    bytes[types - 1] = 1
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as LoadValue
      const type = typeOf(value, index)
      bytes[types + index * 2] = type
      bytes[types + index * 2 + 1] = typeof value === 'bigint' && value > LARGEST_SIGNED ? UNSIGNED : 0
      switch (type) {
        case TYPE.null:
          bytes[nulls + (index >> 3)] = (bytes[nulls + (index >> 3)] as number) | (1 << (index & 7))
          break
        case TYPE.bigint:
          at = writeInteger(bytes, at, value as number | bigint)
          break
        case TYPE.double:
          at = bytes.writeDoubleLE(value as number, at)
          break
        default: {
          const most = typeof value === 'string' ? value.length * 3 : (value as Uint8Array).length
          this.#reserve(at + most + 9 * (values.length - index + 1))
          bytes = this.#bytes
          at = writeBytes(bytes, at, value as string | Uint8Array)
        }
      }
    }
    return this.#finish(at)
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(size * 2)
    this.#bytes.copy(larger)
    this.#bytes = larger
  }

  #finish(end: number): Uint8Array {
    const size = end - HEADER
    if (size >= MOST) throw new TidbTestError('LOAD_PACKET_SIZE', `a statement's values take ${size} bytes`)
    this.#bytes[0] = size & 0xff
    this.#bytes[1] = (size >> 8) & 0xff
    this.#bytes[2] = size >> 16
    return this.#bytes.subarray(0, end)
  }
}

function typeOf(value: LoadValue, index: number): number {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) ? TYPE.bigint : TYPE.double
    case 'bigint':
      return TYPE.bigint
    case 'string':
      return TYPE.string
    default:
      if (value === null) return TYPE.null
      if (value instanceof Uint8Array) return TYPE.blob
      throw new TidbTestError('LOAD_VALUE', `value ${index + 1} of a statement is ${typeof value}`, {
        remedy: 'A load binds numbers, bigints, strings, Uint8Arrays and null; give a date as text.',
      })
  }
}

function writeInteger(bytes: Buffer, at: number, value: number | bigint): number {
  if (typeof value === 'bigint') return bytes.writeBigInt64LE(BigInt.asIntN(64, value), at)
  bytes.writeInt32LE(value | 0, at)
  return bytes.writeInt32LE(Math.floor(value / 0x1_00_00_00_00), at + 4)
}

function writeBytes(bytes: Buffer, at: number, value: string | Uint8Array): number {
  const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  let start = at
  if (size < 0xfb) {
    bytes[start++] = size
  } else if (size <= 0xff_ff) {
    bytes[start] = 0xfc
    start = bytes.writeUInt16LE(size, start + 1)
  } else {
    bytes[start] = 0xfd
    start = bytes.writeUIntLE(size, start + 1, 3)
  }
  if (typeof value === 'string') bytes.write(value, start, 'utf8')
  else bytes.set(value, start)
  return start + size
}
