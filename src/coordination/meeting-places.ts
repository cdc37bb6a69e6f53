import { Barrier, type BarrierOptions } from './barrier.ts'
import { SharedLatch, type Latch } from './latch.ts'
import { Turns, type TurnOptions } from './turns.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter } from './wait.ts'

/** Barriers, latches and orders of one run, which its connections know by their names; whoever comes first makes one. */
export class MeetingPlaces {
  readonly #registry: WaitRegistry
  readonly #barriers = new Map<string, Barrier>()
  readonly #latches = new Map<string, SharedLatch>()
  readonly #turns = new Map<string, Turns>()

  constructor(registry: WaitRegistry) {
    this.#registry = registry
  }

  barrier(waiter: Waiter, name: string, options: BarrierOptions): Promise<void> {
    const barrier = made(this.#barriers, name, () => new Barrier(name, this.#registry, options))
    return barrier.arrive(waiter, options)
  }

  latch(waiter: Waiter, name: string, count: number | undefined): Latch {
    return made(this.#latches, name, () => new SharedLatch(name, this.#registry, count)).usedBy(waiter, count)
  }

  turn<R>(waiter: Waiter, name: string, body: () => R | Promise<R>, options: TurnOptions): Promise<R> {
    const turns = made(this.#turns, name, () => new Turns(name, this.#registry, options))
    return turns.take(waiter, body, options)
  }
}

function made<T>(known: Map<string, T>, name: string, make: () => T): T {
  const place = known.get(name) ?? make()
  known.set(name, place)
  return place
}
