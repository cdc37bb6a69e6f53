import { systemClock } from '../clock/system-clock.ts'

/** Counts for how long, and in how many looks, the same thing is seen without a break. */
export class Persistence {
  #what: string | undefined
  #since = 0
  #looks = 0

  /** Whether something is seen. */
  get lasts(): boolean {
    return this.#what !== undefined
  }

  get looks(): number {
    return this.#looks
  }

  /** Undefined: nothing is seen. What is seen for the first time has lasted for 0 milliseconds: nothing is known of before. */
  saw(what: string | undefined): { readonly looks: number; readonly milliseconds: number } {
    const now = systemClock.now()
    if (what !== this.#what || what === undefined) {
      this.#what = what
      this.#since = now
      this.#looks = 0
    }
    if (what !== undefined) this.#looks++
    return { looks: this.#looks, milliseconds: now - this.#since }
  }
}
