import type { Outcomes } from './outcome.ts'

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
  #awaited = false

  constructor(results: Promise<Required>, outcomes: Promise<Outcomes<R>>, onAwait: () => void) {
    super((resolve) => resolve(results))
    this.#outcomes = outcomes
    this.#onAwait = onAwait
  }

  /** How each task ended, once all have. Does not reject because tasks failed. */
  get outcomes(): Promise<Outcomes<R>> {
    // Whoever asks for the outcomes looks after the failures, too.
    this.catch(() => undefined)
    return this.#outcomes
  }

  /** Whether anybody has asked for its end. */
  get awaited(): boolean {
    return this.#awaited
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
