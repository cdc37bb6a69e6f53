import { CoordinationError } from '../errors/coordination-error.ts'
import { Changes } from './changes.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter, WaitOptions } from './wait.ts'

export interface BarrierOptions extends WaitOptions {
  /** Who meets there; every connection of the run when not given. */
  readonly parties?: readonly string[]
  /** How many of them open it; all when not given. */
  readonly count?: number
}

/** A place where parties wait for each other. It opens for those who have come, and closes behind them. */
export class Barrier {
  readonly #name: string
  readonly #registry: WaitRegistry
  readonly #parties: readonly string[]
  readonly #count: number
  readonly #changes = new Changes()
  #arrived = new Set<string>()

  /** @throws CoordinationError `COORDINATION_BARRIER` when nobody, or more than there are, could meet there */
  constructor(name: string, registry: WaitRegistry, options: BarrierOptions) {
    this.#name = name
    this.#registry = registry
    this.#parties = options.parties ?? registry.names
    this.#count = options.count ?? this.#parties.length
    const stranger = this.#parties.find((party) => !registry.names.includes(party))
    if (stranger !== undefined) throw this.#wrong(`'${stranger}' is no connection of this run`)
    if (!Number.isInteger(this.#count) || this.#count < 1 || this.#count > this.#parties.length) {
      throw this.#wrong(`${this.#count} parties cannot meet there: it has ${this.#parties.length}`)
    }
  }

  arrive(waiter: Waiter, options: BarrierOptions): Promise<void> {
    const { parties = this.#parties, count = this.#count } = options
    if (
      count !== this.#count ||
      parties.length !== this.#parties.length ||
      parties.some((p) => !this.#parties.includes(p))
    ) {
      throw this.#wrong(`'${waiter.name}' wants other parties to meet there than those who came before`)
    }
    if (!this.#parties.includes(waiter.name)) throw this.#wrong(`'${waiter.name}' is none of those who meet there`)
    if (this.#arrived.has(waiter.name)) throw this.#wrong(`'${waiter.name}' waits there already`)
    const arrived = this.#arrived
    arrived.add(waiter.name)
    if (arrived.size === this.#count) {
      this.#arrived = new Set()
      this.#changes.made()
    }
    return waiter.wait(
      {
        what: `the barrier '${this.#name}'`,
        barrier: true,
        hint: () => `${arrived.size} of ${this.#count} have come`,
        needs: () => ({
          of: this.#parties.filter((party) => !arrived.has(party)),
          atLeast: this.#count - arrived.size,
        }),
        changes: this.#changes,
        look: () => (arrived.size === this.#count ? { value: undefined } : undefined),
        abandon: () => arrived.delete(waiter.name),
      },
      options,
    )
  }

  #wrong(problem: string): CoordinationError {
    return new CoordinationError('COORDINATION_BARRIER', `the barrier '${this.#name}': ${problem}`, {
      remedy: `It is met by ${this.#count} of: ${this.#parties.join(', ')}. The run's connections are ${this.#registry.names.join(', ')}.`,
    })
  }
}
