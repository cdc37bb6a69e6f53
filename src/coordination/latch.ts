import { CoordinationError } from '../errors/coordination-error.ts'
import { Changes } from './changes.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter, WaitOptions } from './wait.ts'

/** A latch as one party uses it: it opens once when it has been counted down to 0, and stays open. */
export interface Latch {
  /** How often it must still be counted down. */
  readonly count: number
  countDown(): void
  /** @throws CoordinationError `WAIT_TIMEOUT`, `WAIT_CANNOT_END`, `WAIT_ABORTED` */
  wait(options?: WaitOptions): Promise<void>
}

/** The latch that all parties of a run know by one name. */
export class SharedLatch {
  readonly #name: string
  readonly #registry: WaitRegistry
  readonly #initial: number
  readonly #changes = new Changes()
  #count: number

  constructor(name: string, registry: WaitRegistry, count = 1) {
    this.#name = name
    this.#registry = registry
    this.#initial = this.#count = count
    if (!Number.isInteger(count) || count < 1) throw this.#wrong(`its count is a whole number from 1 on, not ${count}`)
  }

  /** @throws CoordinationError `COORDINATION_LATCH` when it was made with another count */
  usedBy(waiter: Waiter, count = this.#initial): Latch {
    if (count !== this.#initial) {
      throw this.#wrong(`'${waiter.name}' wants it to count from ${count}, but it counts from ${this.#initial}`)
    }
    const remaining = (): number => this.#count
    return {
      get count() {
        return remaining()
      },
      countDown: () => {
        this.#count = Math.max(0, this.#count - 1)
        this.#changes.made()
      },
      wait: (options) =>
        waiter.wait(
          {
            what: `the latch '${this.#name}'`,
            hint: () => `to be counted down ${this.#count} more ${this.#count === 1 ? 'time' : 'times'}`,
            needs: () => ({ of: this.#registry.othersThan(waiter.name), atLeast: 1 }),
            changes: this.#changes,
            look: () => (this.#count === 0 ? { value: undefined } : undefined),
          },
          options,
        ),
    }
  }

  #wrong(problem: string): CoordinationError {
    return new CoordinationError('COORDINATION_LATCH', `the latch '${this.#name}': ${problem}`)
  }
}
