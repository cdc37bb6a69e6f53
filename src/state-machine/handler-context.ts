import type { Clock } from '../clock/clock.ts'
import type { HandlerContext } from './machine.ts'
import type { Awaitable } from './state-context.ts'

/** What one visit adds to a context. */
export interface VisitValues {
  readonly state: string
  readonly previous: string | undefined
  readonly signal: AbortSignal
  readonly error: unknown
}

/**
 * Makes the contexts of a run. What is carried is copied into each: a context that had it as prototype would give
 * every run hidden classes of its own, which cost more than all else that the engine does.
 */
export class ContextMaker {
  readonly #clock: Clock
  readonly #data: unknown
  readonly #values = new Map<string, unknown>()
  /** Carried values that answer by a getter as long as nobody has provided them. */
  readonly #getters = new Map<string, PropertyDescriptor>()
  readonly #onCleanup: (cleanup: () => Awaitable<void>) => void
  #current: HandlerContext | undefined

  constructor(carried: object, clock: Clock, data: unknown, onCleanup: (cleanup: () => Awaitable<void>) => void) {
    this.#clock = clock
    this.#data = data
    this.#onCleanup = onCleanup
    for (const name of Object.getOwnPropertyNames(carried)) {
      const property = Object.getOwnPropertyDescriptor(carried, name) ?? {}
      if (property.get === undefined) this.#values.set(name, property.value)
      else this.#getters.set(name, property)
    }
  }

  make({ state, previous, signal, error }: VisitValues): HandlerContext {
    const context: HandlerContext & Record<string, unknown> = {
      state,
      previous,
      signal,
      error,
      clock: this.#clock,
      data: this.#data,
      local: undefined,
      provide: this.#provide,
      onCleanup: this.#onCleanup,
    }
    for (const [name, value] of this.#values) context[name] = value
    for (const [name, property] of this.#getters) Object.defineProperty(context, name, property)
    this.#current = context
    return context
  }

  readonly #provide = (values: object): void => {
    for (const [name, value] of Object.entries(values)) {
      this.#getters.delete(name)
      this.#values.set(name, value)
      // Defined, not assigned: the context at hand may still have a getter.
      const property = { value, configurable: true, enumerable: true, writable: true }
      if (this.#current !== undefined) Object.defineProperty(this.#current, name, property)
    }
  }
}
