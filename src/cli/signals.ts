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
