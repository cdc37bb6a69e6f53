import type { Outcomes } from './task-outcome.ts'

/**
 * A coordinated run that is under way: resolves to what each task returned (of a machine, to its run), rejects when fewer
 * ended well than the run requires.
 *
 * @throws FailedCoordinationError `COORDINATION_FAILED`, CoordinationError `COORDINATION_CANCELLED`
 */
export class Coordinated<R extends object, Required extends object = R> extends Promise<Required> {
  /** What is made by `then` is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #outcomes: Promise<Outcomes<R>>
  readonly #onAwait: () => void
  readonly #createdAt: Error
  #awaited = false

  constructor(options: {
    readonly results: Promise<Required>
    readonly outcomes: Promise<Outcomes<R>>
    /** Called when somebody first waits for its end. */
    readonly onAwait: () => void
    /** Where the run was begun; only its stack is of use. */
    readonly createdAt: Error
  }) {
    super((resolve) => resolve(options.results))
    this.#outcomes = options.outcomes
    this.#onAwait = options.onAwait
    this.#createdAt = options.createdAt
  }

  /** Where the run was begun; only its stack is of use. */
  get createdAt(): Error {
    return this.#createdAt
  }

  /** How each task ended, once all have. Does not reject because tasks failed. */
  get outcomes(): Promise<Outcomes<R>> {
    // Whoever asks for the outcomes looks after the failures, too.
    this.catch(() => undefined)
    return this.#outcomes
  }

  override then<A = Required, B = never>(
    onResolved?: ((value: Required) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#awaited) {
      this.#awaited = true
      this.#onAwait()
    }
    return super.then(onResolved, onRejected)
  }
}
