import { checkOption } from '../check-option.ts'
import type { Fault, Parcel } from '../fault.ts'
import type { Request } from '../mysql/request.ts'
import type { ProxiedConnection } from '../proxied-connection.ts'
import { nameWith, StatementCounter, type StatementMatch } from '../statement-match.ts'

export interface CutReplyOptions extends StatementMatch {
  /** So many bytes of the reply arrive. */
  readonly after: number
}

/** The connection breaks with RST in the middle of the reply to a statement. */
export function cutReply({ after, ...match }: CutReplyOptions): Fault {
  const name = nameWith('cutReply', match)
  checkOption(name, 'after', after, 0, true)
  const counter = new StatementCounter(name, match)
  let met: Request | undefined
  let cut: ProxiedConnection | undefined
  let happened = 0
  return {
    name,
    ofStatements: true,
    mustHappen: `${counter.missing}, or its reply had no more than ${after} bytes`,
    get happened() {
      return happened
    },
    request(request, connection) {
      // The reply has come, and was shorter.
      if (connection === cut) cut = undefined
      if (counter.meets(request)) met = request
      return true
    },
    reply(request, connection) {
      if (request === met) cut = connection
      return true
    },
    shape({ connection, direction }) {
      let left = after
      return function* replies(parcel): Iterable<Parcel> {
        if (direction === 'requests' || connection !== cut) return yield parcel
        const passed = parcel.bytes.subarray(0, left)
        left -= passed.length
        if (passed.length === parcel.bytes.length) return yield parcel
        const afterwards = (): void => {
          happened++
          connection.reset()
        }
        yield { ...parcel, bytes: passed, afterwards }
      }
    },
  }
}
