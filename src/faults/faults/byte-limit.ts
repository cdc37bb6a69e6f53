import { checkOption } from '../check-option.ts'
import type { Fault, Parcel } from '../fault.ts'
import { goesThere, type DirectionOption } from '../which-direction.ts'

export interface ByteLimitOptions extends DirectionOption {
  /** How many bytes get through in each direction of each connection while the fault is in force. */
  readonly bytes: number
  /** What the connection then meets: RST, FIN, or silence until the fault is over. `reset` when not given. */
  readonly then?: 'reset' | 'close' | 'stall'
}

/** A connection that breaks, or falls silent, in the middle of what it carries. */
export function byteLimit({ bytes: limit, then = 'reset', direction }: ByteLimitOptions): Fault {
  const name = `byteLimit({ bytes: ${limit} })`
  checkOption(name, 'bytes', limit, 0, true)
  let happened = 0
  return {
    name,
    mustHappen: 'fewer bytes came through the proxy',
    get happened() {
      return happened
    },
    shape(flow) {
      let left = limit
      const end = (): void => {
        happened++
        if (then === 'reset') flow.connection.reset()
        else if (then === 'close') flow.connection.close()
      }
      return function* limited(parcel): Iterable<Parcel> {
        if (!goesThere(flow, direction)) return yield parcel
        const passed = parcel.bytes.subarray(0, left)
        left -= passed.length
        if (passed.length === parcel.bytes.length) return yield parcel
        yield { ...parcel, bytes: passed, afterwards: end }
        // Of a connection that ends, the rest is lost with it.
        if (then === 'stall') yield { bytes: parcel.bytes.subarray(passed.length), due: Infinity }
      }
    },
  }
}
