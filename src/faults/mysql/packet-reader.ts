/** Packets of this length go on in the next one. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html */
export const LONGEST_PACKET = 0xff_ff_ff
export const HEADER = 4

/** A payload's first bytes, as many of them as the follower wants and as there are. */
export interface PacketHead {
  readonly bytes: Buffer
  /** Length of the whole payload, of its first packet when it takes several. */
  readonly length: number
}

export interface PacketFollower {
  /** How many bytes of the next payload must be seen. */
  wanted(): number
  /** A packet begins at this place of the chunk. False: read no further. */
  begins(at: number): boolean
  /** The head of a payload is there. Packets that continue another one are not told of. */
  packet(head: PacketHead): void
}

const NOTHING = Buffer.alloc(0)

/** Follows the packets of one direction through bytes that come in any pieces. It holds no byte back. */
export class PacketReader {
  readonly #follower: PacketFollower
  /** A packet that has begun, and whose head is not whole yet. */
  #begun: Buffer = NOTHING
  /** Bytes of the packet's payload that are still to come and need not be seen. */
  #rest = 0
  #continues = false

  constructor(follower: PacketFollower) {
    this.#follower = follower
  }

  read(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const passed = Math.min(this.#rest, chunk.length - at)
        this.#rest -= passed
        at += passed
        continue
      }
      const joined = this.#begun.length > 0
      if (!joined && !this.#continues && !this.#follower.begins(at)) return
      const before = this.#begun.length
      const bytes = joined ? Buffer.concat([this.#begun, chunk.subarray(at)]) : chunk.subarray(at)
      const length = bytes.length < HEADER ? undefined : bytes.readUIntLE(0, 3)
      const wanted = length === undefined ? HEADER : HEADER + Math.min(length, this.#follower.wanted())
      if (length === undefined || bytes.length < wanted) {
        // A copy: the chunk may be a small view of a large buffer, which would stay with it.
        this.#begun = Buffer.from(bytes)
        return
      }
      this.#begun = NOTHING
      const whole = HEADER + length
      const present = Math.min(whole, bytes.length)
      this.#rest = whole - present
      at += present - before
      const continued = this.#continues
      this.#continues = length === LONGEST_PACKET
      if (!continued) this.#follower.packet({ bytes: bytes.subarray(HEADER, present), length })
    }
  }
}
