import type { Fault } from '../fault.ts'
import type { Request } from '../mysql/request.ts'
import type { ProxiedConnection } from '../proxied-connection.ts'
import { nameWith, StatementCounter, type StatementMatch } from '../statement-match.ts'

export interface LoseReplyOptions extends StatementMatch {
  /** What the client meets in place of the reply: RST, FIN, or silence. `reset` when not given. */
  readonly by?: 'reset' | 'close' | 'silence'
}

/** The server gets a statement and carries it out; when it answers, the connection breaks, and the client hears nothing. */
export function loseReply({ by = 'reset', ...match }: LoseReplyOptions = {}): Fault {
  const name = nameWith('loseReply', match)
  const counter = new StatementCounter(name, match)
  const lost = new WeakSet<Request>()
  const silent: ProxiedConnection[] = []
  let happened = 0
  return {
    name,
    ofStatements: true,
    mustHappen: counter.missing,
    get happened() {
      return happened
    },
    // What was lost does not come after all, so a client that still waits loses its connection.
    begin: () => () => {
      for (const connection of silent) connection.reset()
      return Promise.resolve()
    },
    request(request) {
      if (counter.meets(request)) lost.add(request)
      return true
    },
    reply(request, connection) {
      if (!lost.has(request)) return true
      happened++
      if (by === 'reset') connection.reset()
      else if (by === 'close') connection.close()
      else {
        connection.silence()
        silent.push(connection)
      }
      return false
    },
  }
}
