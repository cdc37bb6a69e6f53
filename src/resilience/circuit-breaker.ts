import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  handleWhen,
  type CircuitBreakerPolicy,
  type IBackoff,
} from 'cockatiel'
import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { CircuitOpenError } from '../errors/circuit-open-error.ts'
import { ConfigError } from '../errors/config-error.ts'
import { FailureWindow } from './failure-window.ts'
import { saysUnavailable } from './says-unavailable.ts'

export type Circuit = 'closed' | 'open' | 'half-open'

/** Times are in milliseconds. */
export interface CircuitBreakerOptions {
  /** For messages: what it protects. */
  readonly name?: string
  /** This many failures within the window open it; 5 when not given. */
  readonly failures?: number
  /** 10 seconds when not given. */
  readonly window?: number
  /** How long it stays open before trials are let through; 5 seconds when not given. */
  readonly halfOpenAfter?: number
  /** How many trials, at the same time at most, must all succeed to close it again; 1 when not given. */
  readonly trials?: number
  /** What counts as a failure; when not given, an error which says that the server can't be reached or is unwell. */
  readonly isFailure?: (error: unknown) => boolean
  /** Called when the circuit changes. */
  readonly onChange?: (status: CircuitStatus) => void
  readonly clock?: Clock
}

export interface CircuitStatus {
  readonly name: string
  readonly circuit: Circuit
  /** Failures within the window. */
  readonly failures: number
  /** Milliseconds until a trial is let through; 0 when it is not open. */
  readonly retryAfter: number
  /** Undefined as long as nothing has failed. */
  readonly lastFailure: unknown
}

/** Stops asking a server that does not answer, and tries again after a while: closed, open, half-open, over cockatiel. */
export class CircuitBreaker {
  readonly #name: string
  readonly #clock: Clock
  readonly #halfOpenAfter: number
  readonly #window: FailureWindow
  readonly #policy: CircuitBreakerPolicy
  #openedAt = 0
  #circuit: Circuit = 'closed'

  /** @throws ConfigError `CONFIG_BREAKER` when a number makes no sense. */
  constructor(options: CircuitBreakerOptions = {}) {
    const { name = 'TiDB', failures = 5, window = 10_000, halfOpenAfter = 5_000, trials = 1, onChange } = options
    for (const [key, value] of Object.entries({ failures, trials })) whole(key, value)
    for (const [key, value] of Object.entries({ window, halfOpenAfter })) positive(key, value)
    this.#name = name
    this.#clock = options.clock ?? systemClock
    this.#halfOpenAfter = halfOpenAfter
    this.#window = new FailureWindow(this.#clock, { window, failures })
    this.#policy = circuitBreaker(handleWhen(options.isFailure ?? saysUnavailable), {
      breaker: this.#window,
      halfOpenAfter: { next: () => this.#opened() },
      halfOpenSampling: { calls: trials, threshold: 0 },
    })
    this.#policy.onStateChange((state) => {
      this.#circuit = CIRCUITS[state]
      onChange?.(this.status)
    })
  }

  get status(): CircuitStatus {
    const { lastFailure } = this.#policy
    return {
      name: this.#name,
      circuit: this.#circuit,
      failures: this.#window.failures,
      retryAfter: this.#circuit === 'open' ? this.#retryAfter() : 0,
      lastFailure: lastFailure !== undefined && 'error' in lastFailure ? lastFailure.error : undefined,
    }
  }

  /**
   * Runs the work unless the circuit is open. Beyond the trials of a half-open circuit, work waits for their outcome.
   *
   * @throws CircuitOpenError `CIRCUIT_OPEN`; whatever the work throws
   */
  async run<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await this.#policy.execute(work)
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error
      const { lastFailure, ...status } = this.status
      throw new CircuitOpenError(status, lastFailure)
    }
  }

  /**
   * cockatiel compares the wall clock with a duration. Ours is without end until our own clock has passed the time, and
   * over ever after, so that only our clock decides.
   */
  #opened(): IBackoff<unknown> {
    this.#openedAt = this.#clock.now()
    const retryAfter = (): number => this.#retryAfter()
    return {
      get duration() {
        return retryAfter() > 0 ? Infinity : -Infinity
      },
      next: () => this.#opened(),
    }
  }

  #retryAfter(): number {
    return Math.max(0, this.#openedAt + this.#halfOpenAfter - this.#clock.now())
  }
}

const CIRCUITS: Readonly<Record<CircuitState, Circuit>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  // Held open by hand, which we have no way to do.
  [CircuitState.Isolated]: 'open',
}

function whole(key: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new ConfigError('CONFIG_BREAKER', `breaker.${key} is ${value}; it must be a whole number from 1 on`)
}

function positive(key: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return
  throw new ConfigError('CONFIG_BREAKER', `breaker.${key} is ${value}; it must be milliseconds above 0`)
}
