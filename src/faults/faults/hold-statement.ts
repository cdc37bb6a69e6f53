import type { Fault } from '../fault.ts'
import { nameWith, StatementCounter, type StatementMatch } from '../statement-match.ts'

/** A statement does not get to the server until the fault is over, and neither does what comes after it on its connection. */
export function holdStatement(match: StatementMatch = {}): Fault {
  const name = nameWith('holdStatement', match)
  const counter = new StatementCounter(name, match)
  const held = new WeakSet<object>()
  let happened = 0
  return {
    name,
    ofStatements: true,
    mustHappen: counter.missing,
    get happened() {
      return happened
    },
    request(request, connection) {
      if (counter.meets(request)) {
        happened++
        held.add(connection)
      }
      return true
    },
    shape:
      ({ connection, direction }) =>
      (parcel) =>
        direction === 'requests' && held.has(connection) ? [{ ...parcel, due: Infinity }] : [parcel],
  }
}
