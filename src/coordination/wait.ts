import type { Changes } from './changes.ts'
import type { Needs } from './find-stuck.ts'

export interface WaitOptions {
  /** Milliseconds; the coordination's timeout when not given. */
  readonly timeout?: number
  /** Ends this wait alone. */
  readonly signal?: AbortSignal
}

/** What somebody waits for. */
export interface WaitRequest<T> {
  /** In words, after "waits for". */
  readonly what: string
  /** Where all come together. */
  readonly barrier?: true
  /** What may help whoever reads that the wait went wrong. */
  readonly hint?: () => string | undefined
  /** Who could end it, as things stand. */
  readonly needs: () => Needs
  /** When to look again. */
  readonly changes: Changes
  /** Ends the wait with the value; undefined as long as it goes on. */
  readonly look: () => { readonly value: T } | undefined
  /** Called when it ends without having come to a value. */
  readonly abandon?: () => void
}

/** Whoever waits: a party of a coordination, or the test outside. */
export interface Waiter {
  readonly name: string
  /** @throws CoordinationError `WAIT_TIMEOUT`, `WAIT_CANNOT_END`, `WAIT_ABORTED` */
  wait<T>(request: WaitRequest<T>, options?: WaitOptions): Promise<T>
}

/** A promise that knows whether anybody waits for it: only then is its party at a stand. */
export class Wait<T> extends Promise<T> {
  /** What is made by `then` is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #onAwait: () => void
  #awaited = false

  constructor(
    executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason?: unknown) => void) => void,
    onAwait: () => void = () => undefined,
  ) {
    super(executor)
    this.#onAwait = onAwait
    // Nobody may have got to it when the run is ended; a wait that nobody ever awaits is reported with its task.
    super.then(undefined, () => undefined)
  }

  override then<A = T, B = never>(
    onResolved?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#awaited) {
      this.#awaited = true
      this.#onAwait()
    }
    return super.then(onResolved, onRejected)
  }
}
