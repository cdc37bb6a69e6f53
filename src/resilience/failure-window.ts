import { CircuitState, type IBreaker } from 'cockatiel'
import type { Clock } from '../clock/clock.ts'

/** Counts the failures of the last `window` milliseconds, and says when they are too many. */
export class FailureWindow implements IBreaker {
  readonly #clock: Clock
  readonly #window: number
  readonly #most: number
  #times: number[] = []

  constructor(clock: Clock, options: { readonly window: number; readonly failures: number }) {
    this.#clock = clock
    this.#window = options.window
    this.#most = options.failures
  }

  /** Failures in the window that ends now. */
  get failures(): number {
    const since = this.#clock.now() - this.#window
    this.#times = this.#times.filter((time) => time > since)
    return this.#times.length
  }

  /** What cockatiel would keep between processes. */
  get state(): unknown {
    return this.#times
  }

  set state(times: unknown) {
    if (Array.isArray(times)) this.#times = times.filter((time) => typeof time === 'number')
  }

  success(circuit: CircuitState): void {
    if (circuit === CircuitState.HalfOpen) this.#times = []
  }

  failure(circuit: CircuitState): boolean {
    this.#times.push(this.#clock.now())
    return circuit === CircuitState.HalfOpen || this.failures >= this.#most
  }
}
