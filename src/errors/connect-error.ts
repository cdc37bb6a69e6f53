import type { ErrorOutcome } from './classify.ts'
import { isConnectingTransient } from './retriable-errors.ts'
import { TidbTestError, type ErrorContext, type ErrorKind } from './tidb-test-error.ts'

/** A session could not be opened, or its connection was lost. Codes start with `CONNECT_`. */
export class ConnectError extends TidbTestError {
  /** Whether trying to connect again can help: `transient` when the network or a server that is busy stood in the way. */
  readonly outcome: ErrorOutcome

  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; remedy?: string; context?: ErrorContext } = {},
  ) {
    super(code, message, options)
    this.outcome = isConnectingTransient(options.cause) ? 'transient' : 'permanent'
  }

  override get kind(): ErrorKind {
    return 'connect'
  }
}
