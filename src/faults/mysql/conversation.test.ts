import { describe, expect, test } from 'vitest'
import { Conversation } from './conversation.ts'

const SSL = 0x800
const PROTOCOL_41 = 0x200

function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, sequence])
  header.writeUIntLE(payload.length, 0, 3)
  return Buffer.concat([header, payload])
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
function greeting(connectionId: number, capabilities: number): Buffer {
  const fixed = Buffer.alloc(32)
  fixed.writeUInt32LE(connectionId, 0)
  fixed.writeUInt16LE(capabilities & 0xffff, 13)
  fixed.writeUInt16LE(capabilities >>> 16, 18)
  return packet(0, Buffer.concat([Buffer.from([10]), Buffer.from('8.0.11-TiDB-v8.5.4\0'), fixed]))
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html */
function tlsRequest(): Buffer {
  const payload = Buffer.alloc(32)
  payload.writeUInt32LE(SSL | PROTOCOL_41, 0)
  return packet(1, payload)
}

describe('a connection that becomes encrypted', () => {
  // The first bytes of a ClientHello would be the header of a very long packet.
  const hello = Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]), Buffer.alloc(512, 0xab)])

  test.for([1, 7, 36, 1_000])('is known as such, and all that is sent goes on, in pieces of %d bytes', (size) => {
    const passed: Buffer[] = []
    let ready = 0
    const conversation = new Conversation({
      fromClient: (bytes, request) => {
        expect(request).toBeUndefined()
        passed.push(Buffer.from(bytes))
      },
      replyBegins: () => true,
      ready: () => ready++,
    })
    conversation.server(greeting(4_711, SSL | PROTOCOL_41))
    expect(conversation.connectionId).toBe(4_711)
    expect(conversation.obstacle).toBeUndefined()
    const sent = Buffer.concat([tlsRequest(), hello])
    for (let at = 0; at < sent.length; at += size) conversation.client(sent.subarray(at, at + size))
    conversation.server(Buffer.alloc(100, 0xcd))
    expect(conversation.obstacle).toBe('encrypted')
    expect(ready).toBe(1)
    expect(Buffer.concat(passed)).toEqual(sent)
  })
})
