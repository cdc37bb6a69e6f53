import type { Fault } from '../fault.ts'
import { nameWith, StatementCounter, type StatementMatch } from '../statement-match.ts'

export interface DropRequestOptions extends StatementMatch {
  /** How the client loses its connection: RST or FIN. `reset` when not given. */
  readonly by?: 'reset' | 'close'
}

/** The connection breaks when the client sends a statement: the server never gets it. */
export function dropRequest({ by = 'reset', ...match }: DropRequestOptions = {}): Fault {
  const name = nameWith('dropRequest', match)
  const counter = new StatementCounter(name, match)
  let happened = 0
  return {
    name,
    ofStatements: true,
    mustHappen: counter.missing,
    get happened() {
      return happened
    },
    request(request, connection) {
      if (!counter.meets(request)) return true
      happened++
      if (by === 'reset') connection.reset()
      else connection.close()
      return false
    },
  }
}
