import { checkOption } from '../check-option.ts'
import type { Fault } from '../fault.ts'

export interface ConnectingOptions {
  /** What a client meets that has connected: RST, FIN, or a server that never greets. `reset` when not given. */
  readonly then?: 'reset' | 'close' | 'silence'
  /** Only the nth connection while the fault is in force, from 1 on; every one when not given. */
  readonly nth?: number
}

/** New connections are taken, and end before the server has said a word. */
export function connecting({ then = 'reset', nth }: ConnectingOptions = {}): Fault {
  const name = `connecting({ then: '${then}' })`
  if (nth !== undefined) checkOption(name, 'nth', nth, 1, true)
  let made = 0
  let happened = 0
  return {
    name,
    mustHappen: nth === undefined ? 'nobody connected' : `fewer than ${nth} connected`,
    get happened() {
      return happened
    },
    connected(connection) {
      if (nth !== undefined && ++made !== nth) return
      happened++
      if (then === 'reset') connection.reset()
      else if (then === 'close') connection.close()
      else connection.silence()
    },
  }
}
