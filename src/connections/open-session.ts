import { ConnectError } from '../errors/connect-error.ts'
import type { Endpoint } from './endpoint.ts'
import type { SessionSettings } from './session-settings.ts'
import { Session } from './session.ts'
import { Wire } from './wire.ts'

export interface WireOptions {
  readonly endpoint: Endpoint
  readonly database?: string
  /** `UTC` (when not given), an offset such as `+09:00`, or a zone that the server knows. */
  readonly timeZone?: string
  /** The server's own when not given. */
  readonly isolation?: 'repeatable-read' | 'read-committed'
  /** Milliseconds until connecting is given up; 10 seconds when not given. */
  readonly connectTimeout?: number
  readonly signal?: AbortSignal
}

/** A connection that is ready to become a session. */
export interface OpenWire {
  readonly wire: Wire
  readonly endpoint: Endpoint
  readonly database: string | undefined
  readonly connectionId: number
  readonly timeZone: string
}

/** What a session adds to its connection. Its `timeout` is in milliseconds and 30 seconds when not given. */
export interface SessionOptions extends Partial<
  Pick<SessionSettings, 'timeout' | 'log' | 'retry' | 'hooks' | 'deadlocks' | 'onStatement' | 'startSavepoint'>
> {
  /** Shown in logs and messages. */
  readonly name: string
  readonly signal?: AbortSignal
}

export interface OpenSessionOptions extends WireOptions, SessionOptions {}

/**
 * Opens a session: its time zone decides how dates are read and written.
 *
 * @throws ConnectError
 */
export async function openSession(options: OpenSessionOptions): Promise<Session> {
  return sessionOver(await openWire(options), options)
}

/** The slow half of openSession(): connects, sets the time zone, asks who we are. */
export async function openWire(options: WireOptions): Promise<OpenWire> {
  const { endpoint, database, isolation, signal } = options
  const timeZone = options.timeZone === undefined || options.timeZone === 'UTC' ? '+00:00' : options.timeZone
  const wire = await Wire.connect(endpoint, {
    timeout: options.connectTimeout ?? 10_000,
    ...(database === undefined ? {} : { database }),
    ...(signal === undefined ? {} : { signal }),
  })
  try {
    return { wire, endpoint, database, connectionId: await begin(wire, timeZone, isolation), timeZone }
  } catch (error) {
    wire.cut()
    throw error
  }
}

/** The quick half of openSession(). A wire is for one session. */
export function sessionOver({ wire, ...open }: OpenWire, options: SessionOptions): Session {
  const { name, timeout = 30_000, signal, log, retry, hooks, deadlocks, onStatement, startSavepoint } = options
  return new Session(wire, {
    ...open,
    name,
    timeout,
    ...(signal === undefined ? {} : { signal }),
    ...(log === undefined ? {} : { log }),
    ...(retry === undefined ? {} : { retry }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(deadlocks === undefined ? {} : { deadlocks }),
    ...(onStatement === undefined ? {} : { onStatement }),
    ...(startSavepoint === undefined ? {} : { startSavepoint }),
  })
}

/** One round trip: sets the time zone and the isolation level, and asks who we are. The id of the handshake has only 32 bits. */
async function begin(wire: Wire, timeZone: string, isolation: WireOptions['isolation']): Promise<number> {
  const level = isolation === undefined ? '' : `, transaction_isolation = '${isolation.toUpperCase()}'`
  try {
    const replies = await wire.send(
      `SET time_zone = '${timeZone.replaceAll("'", "''")}'${level}; SELECT CONNECTION_ID() AS id`,
    )
    const last = replies.at(-1)
    return Number(last !== undefined && 'rows' in last ? last.rows[0]?.['id'] : Number.NaN)
  } catch (error) {
    throw new ConnectError('CONNECT_TIME_ZONE', `the server does not take the time zone '${timeZone}'`, {
      cause: error,
      remedy: 'Use UTC, an offset such as +09:00, or a zone that the server knows.',
    })
  }
}
