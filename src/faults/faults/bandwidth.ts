import { checkOption } from '../check-option.ts'
import type { Fault, Parcel } from '../fault.ts'
import { inPieces } from '../in-pieces.ts'
import { goesThere, type DirectionOption } from '../which-direction.ts'

export interface BandwidthOptions extends DirectionOption {
  /** For each direction of each connection. */
  readonly bytesPerSecond: number
}

/** Bytes trickle in pieces of so many milliseconds. */
const PIECE_MS = 10

/** No more than so many bytes a second get through. */
export function bandwidth({ bytesPerSecond, direction }: BandwidthOptions): Fault {
  const name = `bandwidth({ bytesPerSecond: ${bytesPerSecond} })`
  checkOption(name, 'bytesPerSecond', bytesPerSecond, 1)
  const piece = Math.max(1, Math.floor((bytesPerSecond * PIECE_MS) / 1_000))
  let happened = 0
  return {
    name,
    get happened() {
      return happened
    },
    shape(flow) {
      let free = 0
      return function* pieces(parcel): Iterable<Parcel> {
        if (!goesThere(flow, direction) || parcel.bytes.length === 0) return yield parcel
        happened++
        for (const part of inPieces(parcel, piece)) {
          free = Math.max(free, parcel.due, flow.now()) + (part.bytes.length * 1_000) / bytesPerSecond
          yield { ...part, due: free }
        }
      }
    },
  }
}
