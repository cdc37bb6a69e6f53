import type { Clock } from '../clock/clock.ts'
import { sleep } from '../clock/sleep.ts'
import type { Session } from '../connections/session.ts'
import { ConnectError } from '../errors/connect-error.ts'

export interface MonitorOptions {
  /** Milliseconds; connections.duration when not given. With 0 the connection is checked once. */
  readonly duration?: number
  /** Milliseconds from one check to the next; connections.interval when not given. */
  readonly interval?: number
  /** Ends it before its time, and well. */
  readonly until?: AbortSignal
}

/** What monitoring saw. Times in milliseconds. */
export interface Monitored {
  readonly checks: number
  readonly slowest: number
  readonly duration: number
}

/**
 * Checks a connection until the time is over, or `until` aborts; the last check is then made.
 *
 * @throws ConnectError `CONNECT_LOST` when it does not answer; the signal's reason
 */
export async function monitorSession(
  session: Pick<Session, 'name' | 'ping'>,
  options: {
    readonly duration: number
    readonly interval: number
    readonly until?: AbortSignal | undefined
    readonly clock: Clock
    readonly signal: AbortSignal
  },
): Promise<Monitored> {
  const { clock, signal, duration, interval, until } = options
  const begun = clock.now()
  let [checks, slowest] = [0, 0]
  for (;;) {
    signal.throwIfAborted()
    const asked = clock.now()
    const answers = await session.ping()
    const now = clock.now()
    if (!answers) throw unanswered(session.name, checks)
    checks++
    slowest = Math.max(slowest, now - asked)
    const left = begun + duration - now
    if (left <= 0 || until?.aborted === true) return { checks, slowest, duration: now - begun }
    await pause(clock, Math.min(interval, left), signal, until)
  }
}

async function pause(clock: Clock, milliseconds: number, signal: AbortSignal, until?: AbortSignal): Promise<void> {
  try {
    await sleep(clock, milliseconds, until === undefined ? signal : AbortSignal.any([signal, until]))
  } catch (error) {
    if (signal.aborted || until?.aborted !== true) throw error
  }
}

function unanswered(name: string, checks: number): ConnectError {
  const before = checks === 0 ? '' : ` after ${checks} ${checks === 1 ? 'check' : 'checks'} that passed`
  return new ConnectError('CONNECT_LOST', `session '${name}' does not answer any more${before}`, {
    remedy: 'Is the server still running, and the network up?',
    context: { session: name },
  })
}
