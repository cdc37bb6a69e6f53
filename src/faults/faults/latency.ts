import { seededRandom } from '../../resilience/seeded-random.ts'
import { checkOption } from '../check-option.ts'
import type { Fault } from '../fault.ts'
import { goesThere, type DirectionOption } from '../which-direction.ts'

export interface LatencyOptions extends DirectionOption {
  /** How much later bytes arrive, each way. */
  readonly milliseconds: number
  /** Up to so many milliseconds more or less, chosen anew for each piece. Bytes keep their order. */
  readonly jitter?: number
  /** Makes the jitter the same in every run; 1 when not given. */
  readonly seed?: number
}

/** Everything takes longer to arrive. */
export function latency({ milliseconds, jitter = 0, seed = 1, direction }: LatencyOptions): Fault {
  const name = `latency({ milliseconds: ${milliseconds} })`
  checkOption(name, 'milliseconds', milliseconds, 0)
  checkOption(name, 'jitter', jitter, 0)
  const random = seededRandom(seed)
  let happened = 0
  return {
    name,
    get happened() {
      return happened
    },
    shape: (flow) => (parcel) => {
      if (!goesThere(flow, direction)) return [parcel]
      happened++
      const delay = Math.max(0, milliseconds + (random() * 2 - 1) * jitter)
      return [{ ...parcel, due: Math.max(parcel.due, flow.now()) + delay }]
    },
  }
}
