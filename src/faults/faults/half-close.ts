import type { Fault } from '../fault.ts'
import { noConnection } from '../no-connection.ts'

export interface HalfCloseOptions {
  /** Who reads the end of the stream, though what it sends still arrives: `client` when not given. */
  readonly end?: 'client' | 'server'
}

/** Closes one direction of every open connection with FIN, once, when the fault comes into force. */
export function halfClose({ end = 'client' }: HalfCloseOptions = {}): Fault {
  let happened = 0
  return {
    name: `halfClose({ end: '${end}' })`,
    get happened() {
      return happened
    },
    begin({ connections }) {
      if (connections.length === 0) throw noConnection('halfClose()')
      for (const connection of connections) {
        happened++
        connection.halfClose(end)
      }
    },
  }
}
