import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodedRows } from './decode-rows.ts'
import { ReplyReader, type Reply } from './reply-reader.ts'
import { framed } from './text-command.ts'

const packet = (sequence: number, ...bytes: number[]): Buffer => {
  const framedBytes = Buffer.from(framed(Buffer.from(bytes)))
  framedBytes[3] = sequence
  return framedBytes
}
const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
/** A column of type BIGINT. */
const column = (name: string): number[] => [
  ...text('def'),
  ...text('db'),
  ...text('t'),
  ...text('t'),
  ...text(name),
  ...text(name),
  0x0c,
  63,
  0,
  20,
  0,
  0,
  0,
  8,
  0,
  0,
  0,
  0,
  0,
]
const eof = (status: number): number[] => [0xfe, 0, 0, status & 0xff, status >> 8]
const bigintRow = (value: number): number[] => [0, 0, value, 0, 0, 0, 0, 0, 0, 0]

const resultSet = (rows: readonly number[], status = 2): Buffer =>
  Buffer.concat([
    packet(1, 1),
    packet(2, ...column('id')),
    packet(3, ...eof(2)),
    ...rows.map((row, index) => packet(4 + index, ...bigintRow(row))),
    packet(4 + rows.length, ...eof(status)),
  ])

/** Hands bytes over in pieces that end at the given places. */
function takeInPieces(reader: ReplyReader, bytes: Buffer, cuts: readonly number[]): Reply | undefined {
  let from = 0
  let reply: Reply | undefined
  for (const cut of [...new Set(cuts.map((each) => each % (bytes.length + 1)))].toSorted((a, b) => a - b)) {
    reply = reader.take(bytes.subarray(from, cut), cut - from) ?? reply
    from = cut
  }
  return from === bytes.length ? reply : (reader.take(bytes.subarray(from), bytes.length - from) ?? reply)
}

describe('a reply', () => {
  test('is read the same wherever its bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 20 }),
        fc.array(fc.nat(2_000), { maxLength: 12 }),
        fc.boolean(),
        (rows, cuts, decode) => {
          const reader = new ReplyReader()
          const decoded = new DecodedRows()
          reader.expect(decode ? decoded : undefined)
          const reply = takeInPieces(reader, resultSet(rows, 3), cuts)
          expect(reply).toMatchObject({ rows: rows.length, error: undefined })
          expect(reader.inTransaction).toBe(true)
          if (decode) expect(decoded.rows).toEqual(rows.map((row) => [row]))
        },
      ),
    )
  })

  test('of several results ends with the last', () => {
    const reader = new ReplyReader()
    reader.expect()
    expect(reader.take(resultSet([1, 2], 0x0a), resultSet([1, 2], 0x0a).length)).toBeUndefined()
    const ok = packet(9, 0, 3, 0, 2, 0, 0, 0)
    expect(reader.take(ok, ok.length)).toMatchObject({ rows: 2, affectedRows: 3 })
  })

  test('is an error with its number, state and text, also after rows', () => {
    const error = [0xff, 0x26, 0x04, ...Buffer.from('#23000Duplicate entry')]
    const reader = new ReplyReader()
    for (const bytes of [
      packet(1, ...error),
      Buffer.concat([
        packet(1, 1),
        packet(2, ...column('id')),
        packet(3, ...eof(2)),
        packet(4, ...bigintRow(1)),
        packet(5, ...error),
      ]),
    ]) {
      reader.expect()
      expect(reader.take(bytes, bytes.length)?.error).toEqual({
        errno: 1062,
        sqlState: '23000',
        sqlMessage: 'Duplicate entry',
      })
    }
  })

  test('steps over a row that takes several packets', () => {
    const long = Buffer.alloc(0xff_ff_ff + 10, 7)
    long[0] = 0
    const reader = new ReplyReader()
    reader.expect()
    const bytes = Buffer.concat([
      packet(1, 1),
      packet(2, ...column('c')),
      packet(3, ...eof(2)),
      framed(long),
      packet(6, ...bigintRow(1)),
      packet(7, ...eof(2)),
    ])
    let reply: Reply | undefined
    for (let at = 0; at < bytes.length; at += 65_536) {
      const piece = bytes.subarray(at, at + 65_536)
      reply = reader.take(piece, piece.length)
    }
    expect(reply?.rows).toBe(2)
  })

  test('that goes on when it should be over is an error', () => {
    const reader = new ReplyReader()
    reader.expect()
    const bytes = Buffer.concat([resultSet([1]), packet(9, 0, 0, 0, 2, 0, 0, 0)])
    expect(() => reader.take(bytes, bytes.length)).toThrow('11 bytes that nobody asked for')
  })

  test('that asks for a local file is an error', () => {
    const reader = new ReplyReader()
    reader.expect()
    const bytes = packet(1, 0xfb, 0x61)
    expect(() => reader.take(bytes, bytes.length)).toThrow('local file')
  })
})
