import type { Clock, ClockTimer } from '../clock/clock.ts'
import type { StateError } from '../errors/state-error.ts'

const LONGEST_TIMER = 2 ** 31 - 1

/** One stretch of a handler's work that can be interrupted. */
export class Watched {
  readonly controller = new AbortController()
  reason: StateError | undefined
  readonly deadline: number
  /** Work that goes on when the run is cancelled or out of time: leaving and cleaning up. */
  readonly closing: boolean
  readonly #expired: () => StateError
  #reject: ((reason: StateError) => void) | undefined

  constructor(deadline: number, closing: boolean, expired: () => StateError) {
    this.deadline = deadline
    this.closing = closing
    this.#expired = expired
  }

  /** Settles like `work`, or rejects when it is interrupted first; `work` then goes on unobserved. */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      work.then(resolve, reject)
    })
  }

  expire(): void {
    this.interrupt(this.#expired())
  }

  interrupt(reason: StateError): void {
    if (this.reason !== undefined) return
    this.reason = reason
    this.controller.abort(reason)
    this.#reject?.(reason)
  }
}

/**
 * Watches the deadlines of a run and of the state it is in with a single timer: a state that is left in time costs no
 * timer, because the one that is set looks again when it fires.
 */
export class Watchdog {
  readonly #clock: Clock
  readonly #runDeadline: number
  readonly #runExpired: () => StateError
  #timer: ClockTimer
  #armedFor = Infinity
  #watched: Watched | undefined
  #interrupted: StateError | undefined

  constructor(clock: Clock, runDeadline: number, runExpired: () => StateError) {
    this.#clock = clock
    this.#runDeadline = runDeadline
    this.#runExpired = runExpired
  }

  /** `now` is the clock's time, which callers have at hand. */
  watch(watched: Watched, now: number): void {
    this.#watched = watched
    if (watched.closing) {
      this.#arm(watched.deadline)
      return
    }
    // Handlers that never leave the microtask queue keep the timer from firing.
    if (now >= this.#runDeadline) this.#interrupted ??= this.#runExpired()
    if (this.#interrupted !== undefined) watched.interrupt(this.#interrupted)
    else this.#arm(Math.min(watched.deadline, this.#runDeadline))
  }

  unwatch(): void {
    this.#watched = undefined
  }

  /** Ends the run: what is under way is interrupted, and nothing but closing work is let through after it. */
  interruptRun(reason: StateError): void {
    this.#interrupted ??= reason
    if (this.#watched?.closing === false) this.#watched.interrupt(this.#interrupted)
  }

  stop(): void {
    this.#watched = undefined
    if (this.#armedFor !== Infinity) this.#clock.clearTimeout(this.#timer)
    this.#armedFor = Infinity
  }

  #arm(deadline: number): void {
    if (deadline >= this.#armedFor) return
    if (this.#armedFor !== Infinity) this.#clock.clearTimeout(this.#timer)
    this.#armedFor = deadline
    const wait = Math.ceil(deadline - this.#clock.now())
    this.#timer = this.#clock.setTimeout(this.#fire, Math.min(Math.max(0, wait), LONGEST_TIMER))
  }

  readonly #fire = (): void => {
    this.#armedFor = Infinity
    const watched = this.#watched
    if (watched === undefined) return
    const now = this.#clock.now()
    if (!watched.closing && now >= this.#runDeadline) this.interruptRun(this.#runExpired())
    else if (now >= watched.deadline) watched.expire()
    else this.#arm(watched.closing ? watched.deadline : Math.min(watched.deadline, this.#runDeadline))
  }
}
