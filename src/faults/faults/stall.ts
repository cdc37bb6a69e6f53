import type { Fault } from '../fault.ts'
import { goesThere, type DirectionOption } from '../which-direction.ts'

/** Nothing arrives until the fault is over; then everything does, in order. Nobody is told: connections stay open. */
export function stall({ direction }: DirectionOption = {}): Fault {
  let happened = 0
  return {
    name: 'stall()',
    get happened() {
      return happened
    },
    shape: (flow) => (parcel) => {
      if (!goesThere(flow, direction)) return [parcel]
      happened++
      return [{ ...parcel, due: Infinity }]
    },
  }
}
