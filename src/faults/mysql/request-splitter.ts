import { HEADER, LONGEST_PACKET } from './packet-reader.ts'

/** So much of a packet is waited for before it is judged; the rest of a longer one passes as it comes. */
export const MOST_READ = 1_000_000

export interface RequestFollower {
  /** A packet of the client, or its first million bytes; `payload` is what is known of what it holds. */
  packet(bytes: Buffer, payload: Buffer): void
  /** More of the same. */
  more(bytes: Buffer): void
}

/** Cuts what a client sends into packets, whatever pieces it comes in. A packet is passed on when its head is whole. */
export class RequestSplitter {
  readonly #follower: RequestFollower
  #waiting: Buffer[] = []
  #held = 0
  /** How many bytes must be there before the waiting ones are looked at again. */
  #needed = HEADER
  /** Bytes of the packet that are still to come. */
  #rest = 0
  #continues = false

  constructor(follower: RequestFollower) {
    this.#follower = follower
  }

  read(chunk: Buffer): void {
    if (this.#held > 0) {
      this.#waiting.push(chunk)
      this.#held += chunk.length
      if (this.#held < this.#needed) return
      this.#split(Buffer.concat(this.#waiting))
    } else {
      this.#split(chunk)
    }
  }

  /** What has come of a packet that is not whole, and will not be read any further. */
  takeRest(): Buffer {
    const rest = Buffer.concat(this.#waiting)
    this.#wait(rest.subarray(0, 0), HEADER)
    return rest
  }

  #split(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#rest > 0) {
        const passed = Math.min(this.#rest, bytes.length - at)
        this.#rest -= passed
        this.#follower.more(bytes.subarray(at, at + passed))
        at += passed
        continue
      }
      const left = bytes.length - at
      const length = left < HEADER ? undefined : bytes.readUIntLE(at, 3)
      const needed = length === undefined ? HEADER : HEADER + Math.min(length, MOST_READ)
      if (length === undefined || left < needed) {
        this.#wait(bytes.subarray(at), needed)
        return
      }
      const present = Math.min(HEADER + length, left)
      this.#rest = HEADER + length - present
      const packet = at === 0 && present === bytes.length ? bytes : bytes.subarray(at, at + present)
      at += present
      const continued = this.#continues
      this.#continues = length === LONGEST_PACKET
      if (continued) this.#follower.more(packet)
      else this.#follower.packet(packet, packet.subarray(HEADER))
    }
    this.#wait(bytes.subarray(0, 0), HEADER)
  }

  #wait(bytes: Buffer, needed: number): void {
    this.#waiting = bytes.length === 0 ? [] : [bytes]
    this.#held = bytes.length
    this.#needed = needed
  }
}
