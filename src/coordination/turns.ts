import { CoordinationError } from '../errors/coordination-error.ts'
import { Changes } from './changes.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter, WaitOptions } from './wait.ts'

export interface TurnOptions extends WaitOptions {
  /** Who takes turns, in this order; every connection of the run, in the order of the tasks, when not given. */
  readonly order?: readonly string[]
}

/** Parties do something one after the other, in an order that goes round. Who has completed is passed over. */
export class Turns {
  readonly #name: string
  readonly #registry: WaitRegistry
  readonly #order: readonly string[]
  readonly #changes = new Changes()
  #next = 0
  #taken = false

  /** @throws CoordinationError `COORDINATION_TURNS` when somebody in the order is no connection, or is in it twice */
  constructor(name: string, registry: WaitRegistry, { order = registry.names }: TurnOptions) {
    this.#name = name
    this.#registry = registry
    this.#order = order
    const stranger = order.find((party) => !registry.names.includes(party))
    if (stranger !== undefined) throw this.#wrong(`'${stranger}' is no connection of this run`)
    if (new Set(order).size !== order.length) throw this.#wrong('somebody is in it twice')
    registry.partyEnded.listen(() => this.#changes.made())
  }

  /** Waits for the party's turn, and keeps it until `body` has ended. */
  async take<R>(waiter: Waiter, body: () => R | Promise<R>, options: TurnOptions): Promise<R> {
    const { order = this.#order } = options
    if (order.join() !== this.#order.join()) throw this.#wrong(`'${waiter.name}' wants another order`)
    if (!order.includes(waiter.name)) throw this.#wrong(`'${waiter.name}' is not in it`)
    await waiter.wait(
      {
        what: `its turn of '${this.#name}'`,
        hint: () => `it is the turn of ${this.#whose()}`,
        needs: () => ({ of: [this.#whose()], atLeast: 1 }),
        changes: this.#changes,
        look: () => {
          if (this.#taken || this.#whose() !== waiter.name) return undefined
          this.#taken = true
          return { value: undefined }
        },
      },
      options,
    )
    try {
      return await body()
    } finally {
      this.#next = (order.indexOf(waiter.name) + 1) % order.length
      this.#taken = false
      this.#changes.made()
    }
  }

  #whose(): string {
    const round = [...this.#order.slice(this.#next), ...this.#order.slice(0, this.#next)]
    return round.find((party) => this.#registry.party(party).end?.status !== 'completed') ?? this.#order[0] ?? ''
  }

  #wrong(problem: string): CoordinationError {
    return new CoordinationError('COORDINATION_TURNS', `the order of '${this.#name}': ${problem}`, {
      remedy: `It is ${this.#order.join(', ')}.`,
    })
  }
}
