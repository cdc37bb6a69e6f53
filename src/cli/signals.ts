import { exitCodeOf } from './exit-codes.ts'

/** The reason with which a command is aborted. */
export class SignalReceived extends Error {
  readonly signal: 'SIGINT' | 'SIGTERM'

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`)
    this.name = 'SignalReceived'
    this.signal = signal
  }
}

/**
 * Waits for an event, or rejects with the signal's reason. Meanwhile it keeps the process alive, which waiting alone
 * does not.
 */
export async function untilAborted<T>(signal: AbortSignal, event: Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, 2 ** 30)
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([event, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
    clearInterval(hold)
  }
}

/** Runs work that SIGINT and SIGTERM abort, so that it can clean up. A second signal ends the process at once. */
export async function withSignals<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const received = (signal: NodeJS.Signals): void => {
    const name = signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'
    if (controller.signal.aborted) process.exit(exitCodeOf(name))
    controller.abort(new SignalReceived(name))
  }
  process.on('SIGINT', received).on('SIGTERM', received)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', received).off('SIGTERM', received)
  }
}
