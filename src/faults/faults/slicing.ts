import { checkOption } from '../check-option.ts'
import type { Fault, Parcel } from '../fault.ts'
import { inPieces } from '../in-pieces.ts'
import { goesThere, type DirectionOption } from '../which-direction.ts'

export interface SlicingOptions extends DirectionOption {
  /** The most that arrives at once: 1 gives packets byte by byte. */
  readonly bytes: number
  /** Milliseconds between two slices; 0, when not given, is a turn of the event loop. */
  readonly pause?: number
}

/** What is sent at once arrives in pieces, as over a network with small frames. */
export function slicing({ bytes: size, pause = 0, direction }: SlicingOptions): Fault {
  const name = `slicing({ bytes: ${size} })`
  checkOption(name, 'bytes', size, 1, true)
  checkOption(name, 'pause', pause, 0)
  let happened = 0
  return {
    name,
    get happened() {
      return happened
    },
    shape(flow) {
      let last = 0
      return function* slices(parcel): Iterable<Parcel> {
        if (!goesThere(flow, direction) || parcel.bytes.length === 0) return yield parcel
        happened++
        for (const slice of inPieces(parcel, size)) {
          if (pause > 0) last = Math.max(last + pause, parcel.due, flow.now())
          yield { ...slice, due: Math.max(parcel.due, last), apart: true }
        }
      }
    },
  }
}
