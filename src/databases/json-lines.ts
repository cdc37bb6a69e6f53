import type { Socket } from 'node:net'
import { DatabaseError } from '../errors/database-error.ts'

/** A longer line is not one of ours; it would only fill the memory. */
const LONGEST_LINE = 16 * 1024 * 1024

/** Sends and receives JSON values over a socket, one a line. A line that is not JSON goes to `onBadLine`. */
export function jsonLines(
  socket: Socket,
  onValue: (value: unknown) => void,
  onBadLine: (error: DatabaseError) => void,
): { send(value: unknown): void } {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) {
      rest = ''
      onBadLine(badLine('it is too long'))
    }
    for (const line of lines) {
      const value = parsed(line)
      if (value instanceof DatabaseError) onBadLine(value)
      else onValue(value)
    }
  })
  return {
    send: (value) => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`)
    },
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return badLine('it is not JSON')
  }
}

function badLine(why: string): DatabaseError {
  return new DatabaseError('DATABASE_BROKER_PROTOCOL', `A line on the broker's socket can't be understood: ${why}.`)
}
