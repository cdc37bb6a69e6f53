import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HEADER, LONGEST_PACKET, PacketReader } from './packet-reader.ts'
import { MOST_READ, RequestSplitter } from './request-splitter.ts'

/** One payload in as many packets as it takes. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html */
function packetsOf(payload: Buffer): Buffer {
  const packets: Buffer[] = []
  for (let at = 0, sequence = 0; ; at += LONGEST_PACKET, sequence++) {
    const part = payload.subarray(at, at + LONGEST_PACKET)
    const header = Buffer.alloc(HEADER)
    header.writeUIntLE(part.length, 0, 3)
    header[3] = sequence & 0xff
    packets.push(header, part)
    if (part.length < LONGEST_PACKET) return Buffer.concat(packets)
  }
}

function* piecesOf(bytes: Buffer, sizes: readonly number[]): Iterable<Buffer> {
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const payloads = fc.array(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 12 },
)
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })

function read(bytes: Iterable<Buffer>, wanted: number): { heads: Buffer[]; lengths: number[]; begun: number } {
  const seen = { heads: [] as Buffer[], lengths: [] as number[], begun: 0 }
  const reader = new PacketReader({
    wanted: () => wanted,
    begins: () => {
      seen.begun++
      return true
    },
    packet: ({ bytes: head, length }) => {
      seen.heads.push(Buffer.from(head.subarray(0, wanted)))
      seen.lengths.push(length)
    },
  })
  for (const piece of bytes) reader.read(piece)
  return seen
}

interface Split {
  readonly passed: Buffer
  readonly payloads: Buffer[]
  readonly rest: Buffer
}

function split(bytes: Iterable<Buffer>): Split {
  const passed: Buffer[] = []
  const seen: Buffer[] = []
  const splitter = new RequestSplitter({
    packet: (packet, payload) => {
      passed.push(Buffer.from(packet))
      seen.push(Buffer.from(payload))
    },
    more: (more) => passed.push(Buffer.from(more)),
  })
  for (const piece of bytes) splitter.read(piece)
  return { passed: Buffer.concat(passed), payloads: seen, rest: splitter.takeRest() }
}

describe('packets are found in bytes that come in any pieces', () => {
  test('of replies, with the first bytes of each', () => {
    fc.assert(
      fc.property(payloads, sizes, fc.integer({ min: 0, max: 40 }), (sent, cut, wanted) => {
        const { heads, lengths, begun } = read(piecesOf(Buffer.concat(sent.map(packetsOf)), cut), wanted)
        expect(lengths).toEqual(sent.map(({ length }) => length))
        expect(heads).toEqual(sent.map((payload) => payload.subarray(0, wanted)))
        expect(begun).toBe(sent.length)
      }),
    )
  })

  test('of requests, of which no byte is lost, added or moved', () => {
    fc.assert(
      fc.property(payloads, sizes, (sent, cut) => {
        const bytes = Buffer.concat(sent.map(packetsOf))
        expect(split(piecesOf(bytes, cut))).toEqual({ passed: bytes, payloads: sent, rest: Buffer.alloc(0) })
      }),
    )
  })

  test('and what is left of a packet that ends too early can be had', () => {
    const bytes = Buffer.concat([packetsOf(Buffer.from('whole')), packetsOf(Buffer.from('cut off')).subarray(0, 7)])
    for (let cut = 1; cut < bytes.length; cut++) {
      const { passed, payloads: seen, rest } = split(piecesOf(bytes, [cut]))
      expect(seen.map(String)).toEqual(['whole'])
      expect(Buffer.concat([passed, rest])).toEqual(bytes)
    }
  })
})

describe('a payload longer than 16 MB is one', () => {
  const long = Buffer.alloc(LONGEST_PACKET + 10, 7)
  const next = Buffer.from('next')
  const bytes = Buffer.concat([packetsOf(long), packetsOf(Buffer.alloc(LONGEST_PACKET, 8)), packetsOf(next)])

  test.for([65_536, 1_000_003, bytes.length])('in pieces of %d bytes', (size) => {
    expect(read(piecesOf(bytes, [size]), 4).lengths).toEqual([LONGEST_PACKET, LONGEST_PACKET, 4])
    const { passed, payloads: seen, rest } = split(piecesOf(bytes, [size]))
    expect(passed.equals(bytes)).toBe(true)
    expect(rest.length).toBe(0)
    expect(seen.map((payload) => payload[0])).toEqual([7, 8, next[0]])
    expect(seen[0]?.length).toBeGreaterThanOrEqual(MOST_READ)
  })
})
