import type { Clock, ClockTimer } from './clock.ts'

interface SimulatedTimer {
  readonly at: number
  readonly callback: () => void
}

const { setImmediate: immediately } = globalThis

/** A clock that stands still until a test moves it. */
export class SimulatedClock implements Clock {
  readonly #timers = new Set<SimulatedTimer>()
  #now: number

  /** `now` is in milliseconds since the Unix epoch. */
  constructor(now = 0) {
    this.#now = now
  }

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, milliseconds: number): ClockTimer {
    const timer: SimulatedTimer = { at: this.#now + Math.max(0, milliseconds), callback }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout(timer: ClockTimer): void {
    this.#timers.delete(timer as SimulatedTimer)
  }

  /**
   * Moves time on by `milliseconds` and fires what falls due on the way, earliest first. Promises that are ready run
   * before each timer, so that what they set in turn is seen.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await settled()
    for (let timer = this.#due(end); timer !== undefined; timer = this.#due(end)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.callback()
      await settled()
    }
    this.#now = end
  }

  #due(end: number): SimulatedTimer | undefined {
    let first: SimulatedTimer | undefined
    for (const timer of this.#timers) {
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer
    }
    return first
  }
}

/** Every promise job that is ready has run once the event loop comes around. */
function settled(): Promise<void> {
  return new Promise((resolve) => immediately(resolve))
}
