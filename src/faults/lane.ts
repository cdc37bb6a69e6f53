import type { Socket } from 'node:net'
import type { Clock, ClockTimer } from '../clock/clock.ts'
import type { Parcel, Shape } from './fault.ts'

/** So many bytes wait for their time before no more are read. */
const MOST_WAITING = 1_000_000

/** Carries bytes one way, through the shapes of the faults in force. With none, they go straight on. */
export class Lane {
  readonly #from: Socket
  readonly #to: Socket
  readonly #clock: Clock
  #shapes: readonly Shape[] = []
  #queue: Parcel[] = []
  #waiting = 0
  #lastDue = 0
  #timer: ClockTimer
  #turn: NodeJS.Immediate | undefined
  #end: (() => void) | undefined
  #closed = false

  constructor(from: Socket, to: Socket, clock: Clock) {
    this.#from = from
    this.#to = to
    this.#clock = clock
    to.on('drain', () => this.#resume())
  }

  send(bytes: Buffer): void {
    if (this.#shapes.length === 0 && this.#queue.length === 0) this.#write(bytes)
    else this.#shaped({ bytes, due: 0 })
  }

  /** No more bytes come; what is under way arrives before the end does. Only the first call counts. */
  end(how: () => void = () => this.#to.end()): void {
    if (this.#end !== undefined || this.#closed) return
    this.#end = how
    if (this.#queue.length === 0) how()
  }

  /** What comes next is not carried any more. */
  close(): void {
    this.#closed = true
    this.#queue = []
    this.#clearTimers()
  }

  /** The faults in force have changed: what waits goes through the new ones. */
  reshape(shapes: readonly Shape[]): void {
    const same = shapes.length === this.#shapes.length && shapes.every((shape, index) => shape === this.#shapes[index])
    if (this.#closed || same) return
    this.#shapes = shapes
    const waiting = this.#queue
    this.#queue = []
    this.#waiting = 0
    this.#lastDue = 0
    this.#clearTimers()
    for (const { bytes } of waiting) this.#shaped({ bytes, due: 0 })
    this.#resume()
  }

  #shaped(parcel: Parcel): void {
    let parcels: Parcel[] = [parcel]
    for (const shape of this.#shapes) parcels = parcels.flatMap((each) => [...shape(each)])
    for (const each of parcels) {
      // Bytes never overtake those before them.
      this.#lastDue = Math.max(this.#lastDue, each.due)
      this.#queue.push({ ...each, due: this.#lastDue })
      this.#waiting += each.bytes.length
    }
    if (this.#waiting > MOST_WAITING) this.#from.pause()
    if (this.#turn === undefined) this.#deliver()
  }

  #deliver(): void {
    this.#clearTimers()
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const wait = next.due - this.#clock.now()
      if (wait > 0) {
        if (Number.isFinite(wait)) this.#timer = this.#clock.setTimeout(() => this.#deliver(), Math.ceil(wait))
        return
      }
      this.#queue.shift()
      this.#waiting -= next.bytes.length
      if (next.bytes.length > 0) this.#write(next.bytes)
      next.afterwards?.()
      if (this.#closed) return
      if (next.apart === true && this.#queue.length > 0) {
        this.#turn = setImmediate(() => this.#deliver())
        return
      }
    }
    if (this.#end !== undefined) this.#end()
    else this.#resume()
  }

  #write(bytes: Buffer): void {
    if (!this.#closed && !this.#to.write(bytes)) this.#from.pause()
  }

  #resume(): void {
    if (this.#waiting <= MOST_WAITING && !this.#to.writableNeedDrain) this.#from.resume()
  }

  #clearTimers(): void {
    this.#clock.clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#timer = undefined
    this.#turn = undefined
  }
}
