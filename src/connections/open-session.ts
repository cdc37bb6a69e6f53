import { ConnectError } from '../errors/connect-error.ts'
import type { Endpoint } from './endpoint.ts'
import { Session, type SessionSettings } from './session.ts'
import { Wire } from './wire.ts'

export interface OpenSessionOptions
  extends Partial<Pick<SessionSettings, 'timeout' | 'timeZone' | 'signal' | 'log' | 'hooks' | 'onStatement' | 'insideTransaction'>> {
  /** Shown in logs and messages. */
  readonly name: string
  readonly endpoint: Endpoint
  readonly database?: string
  /** Milliseconds until connecting is given up; 10 seconds when not given. */
  readonly connectTimeout?: number
}

/**
 * Opens a session. `timeout` is in milliseconds and 30 seconds when not given; `timeZone` is `UTC` or a zone that the
 * server knows, and decides how dates are read and written.
 *
 * @throws ConnectError
 */
export async function openSession(options: OpenSessionOptions): Promise<Session> {
  const timeZone = options.timeZone === undefined || options.timeZone === 'UTC' ? '+00:00' : options.timeZone
  const wire = await Wire.connect(options.endpoint, {
    timeout: options.connectTimeout ?? 10_000,
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  try {
    const connectionId = await begin(wire, timeZone)
    const { name, endpoint, database, signal, log, hooks, onStatement, insideTransaction } = options
    return new Session(wire, {
      name,
      endpoint,
      database,
      connectionId,
      timeZone,
      timeout: options.timeout ?? 30_000,
      ...(signal === undefined ? {} : { signal }),
      ...(log === undefined ? {} : { log }),
      ...(hooks === undefined ? {} : { hooks }),
      ...(onStatement === undefined ? {} : { onStatement }),
      ...(insideTransaction === undefined ? {} : { insideTransaction }),
    })
  } catch (error) {
    wire.cut()
    throw error
  }
}

/** One round trip: sets the time zone and asks who we are. The id of the handshake has only 32 bits. */
async function begin(wire: Wire, timeZone: string): Promise<number> {
  try {
    const replies = await wire.send(`SET time_zone = '${timeZone.replaceAll("'", "''")}'; SELECT CONNECTION_ID() AS id`)
    const last = replies.at(-1)
    return Number(last !== undefined && 'rows' in last ? last.rows[0]?.['id'] : Number.NaN)
  } catch (error) {
    throw new ConnectError('CONNECT_TIME_ZONE', `the server does not take the time zone '${timeZone}'`, {
      cause: error,
      remedy: 'Use UTC, an offset such as +09:00, or a zone that the server knows.',
    })
  }
}
