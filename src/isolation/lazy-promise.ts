import { placeAt } from '../errors/place-at.ts'
import { isTidbTestError } from '../errors/tidb-test-error.ts'

/** A promise whose work begins when somebody first waits for it, and once only, as that of a statement does. */
export class LazyPromise<Result> extends Promise<Result> {
  /** What is made by `then` is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #work: () => Promise<Result>
  readonly #resolve: (value: Promise<Result>) => void
  readonly #createdAt = new Error('created')
  #begun = false
  #settled = false

  /** `calledAs` is the function that the user called: the stack begins at its caller. */
  constructor(work: () => Promise<Result>, calledAs: (...args: never[]) => unknown) {
    let resolve: (value: Promise<Result>) => void = () => undefined
    super((settle) => {
      resolve = settle
    })
    this.#work = work
    this.#resolve = resolve
    Error.captureStackTrace(this.#createdAt, calledAs)
  }

  /** Whether somebody has waited for it. */
  get begun(): boolean {
    return this.#begun
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Where it was made; only its stack is of use. */
  get createdAt(): Error {
    return this.#createdAt
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    const placed = this.#work().catch((error: unknown) => {
      throw isTidbTestError(error) ? placeAt(error, this.#createdAt) : error
    })
    this.#resolve(
      placed.finally(() => {
        this.#settled = true
      }),
    )
  }

  override then<A = Result, B = never>(
    onResolved?: ((value: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#begin()
    return super.then(onResolved, onRejected)
  }

  override catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Result | B> {
    return this.then(undefined, onRejected)
  }

  override finally(onFinally?: (() => void) | null): Promise<Result> {
    this.#begin()
    return super.finally(onFinally)
  }
}
