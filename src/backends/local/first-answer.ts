import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { createConnection as CreateConnection, RowDataPacket } from 'mysql2/promise'

const POLL_MS = 5
const CONNECT_TIMEOUT_MS = 10_000

export interface FirstAnswer {
  /** `SELECT VERSION()`, such as `8.0.11-TiDB-v8.5.4`. */
  readonly version: string
  /** `SELECT TIDB_VERSION()`, many lines. */
  readonly tidbVersion: string
}

/**
 * Waits until the TiDB whose data directory is `dataDirectory` answers a query on the port.
 * An answer from somebody else, who took the port first, is not one: wait on, until the server itself says
 * that its port was taken, by ending.
 *
 * @param signal ends the wait; its reason is thrown, with what went wrong last as its cause when it has none
 */
export async function firstAnswer(port: number, dataDirectory: string, signal: AbortSignal): Promise<FirstAnswer> {
  // Reading the driver's code takes a tenth of a second, which the server needs to come up anyway.
  const { createConnection } = await import('mysql2/promise')
  let last: unknown
  for (;;) {
    if (signal.aborted) throw withCause(signal.reason, last)
    try {
      const answer = await ask(createConnection, port, dataDirectory, signal)
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await delay(POLL_MS)
  }
}

function withCause(reason: unknown, cause: unknown): unknown {
  if (reason instanceof Error) reason.cause ??= cause
  return reason
}

async function ask(
  createConnection: typeof CreateConnection,
  port: number,
  dataDirectory: string,
  signal: AbortSignal,
): Promise<FirstAnswer | undefined> {
  const socket = connect(port, '127.0.0.1')
  // Somebody else on the port may accept and never say a word.
  const give = (): void => void socket.destroy(new Error('the wait was given up'))
  signal.addEventListener('abort', give, { once: true })
  try {
    await once(socket, 'connect')
    const connection = await createConnection({
      ...localLogin(port),
      stream: socket,
      connectTimeout: CONNECT_TIMEOUT_MS,
    })
    const [[row]] = await connection.query<RowDataPacket[]>(
      'SELECT @@datadir AS directory, VERSION() AS version, TIDB_VERSION() AS tidb',
    )
    if (row?.['directory'] !== dataDirectory) return undefined
    return { version: String(row['version']), tidbVersion: String(row['tidb']) }
  } finally {
    signal.removeEventListener('abort', give)
    socket.destroy()
  }
}

/** How to log in to a server that was made here: TiDB's first user is root without a password. */
export function localLogin(port: number): { host: string; port: number; user: string } {
  return { host: '127.0.0.1', port, user: 'root' }
}
