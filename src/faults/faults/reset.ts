import { noConnection } from '../no-connection.ts'
import type { Fault } from '../fault.ts'
import type { End } from '../proxied-connection.ts'

export interface ResetOptions {
  /** Who is told; `both` when not given. A server that is not told goes on with what it does. */
  readonly end?: End
}

/** Breaks every open connection with RST, once, when the fault comes into force. */
export function reset({ end = 'both' }: ResetOptions = {}): Fault {
  let happened = 0
  return {
    name: 'reset()',
    get happened() {
      return happened
    },
    begin({ connections }) {
      if (connections.length === 0) throw noConnection('reset()')
      for (const connection of connections) {
        happened++
        connection.reset(end)
      }
    },
  }
}
