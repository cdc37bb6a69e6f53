import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/** A circuit breaker let nothing through, because too much had failed. Code `CIRCUIT_OPEN`; `cause` is the last failure. */
export class CircuitOpenError extends TidbTestError {
  /** Milliseconds until the breaker lets a trial through. */
  readonly retryAfter: number

  constructor(
    breaker: { readonly name: string; readonly failures: number; readonly retryAfter: number },
    cause: unknown,
  ) {
    const { name, failures, retryAfter } = breaker
    super('CIRCUIT_OPEN', `the circuit breaker '${name}' is open after ${failures} failures; nothing was sent`, {
      cause,
      remedy: `It lets a trial through in ${Math.ceil(retryAfter)} ms. Look at the cause: what it protects does not answer.`,
      context: { breaker: name, failures, retryAfter },
    })
    this.retryAfter = retryAfter
  }

  override get kind(): ErrorKind {
    return 'circuit-open'
  }
}
