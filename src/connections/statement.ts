import { placeAt } from '../errors/place-at.ts'
import type { Session } from './session.ts'

/**
 * A statement that is sent when somebody first waits for it, and once only.
 *
 * It is a Promise and not a mere thenable, so that awaiting it twice, `Promise.all` and type checks behave. Awaiting
 * rejects when the statement fails; `expect(statement)` inspects without that.
 */
export class Statement<Result> extends Promise<Result> {
  /** What is made by `then` is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #send: () => Promise<Result>
  readonly #resolve: (value: Result | PromiseLike<Result>) => void
  readonly #session: Session
  #sent = false
  #takenOver = false
  readonly #sql: string
  readonly #createdAt: Error
  readonly #explain: (() => Promise<readonly Record<string, unknown>[]>) | undefined
  readonly #literal: (() => string) | undefined

  constructor(options: {
    readonly sql: string
    readonly session: Session
    readonly send: () => Promise<Result>
    /** The statement with its values in it. */
    readonly literal?: () => string
    readonly explain?: () => Promise<readonly Record<string, unknown>[]>
    /** The function that the user called: the stack begins at its caller. */
    readonly calledAs: (...args: never[]) => unknown
  }) {
    let resolve: (value: Result | PromiseLike<Result>) => void = () => undefined
    super((settle) => {
      resolve = settle
    })
    this.#resolve = resolve
    this.#send = options.send
    this.#sql = options.sql
    this.#session = options.session
    this.#explain = options.explain
    this.#literal = options.literal
    this.#createdAt = placeOf(options.calledAs)
  }

  /** The SQL with `?` for bound values. */
  get sql(): string {
    return this.#sql
  }

  get session(): Session {
    return this.#session
  }

  /** Whether it was sent, or explained or run by somebody else: whether it is not one that somebody forgot. */
  get sent(): boolean {
    return this.#sent || this.#takenOver
  }

  /** Where the statement was made; only its stack is of use. */
  get createdAt(): Error {
    return this.#createdAt
  }

  /** The rows of EXPLAIN of this statement, which itself is not run by this call. */
  explainRows(): Promise<readonly Record<string, unknown>[]> {
    this.#takenOver = true
    if (this.#explain === undefined) throw new TypeError('a transaction has no plan')
    return this.#explain()
  }

  /**
   * The SQL with its values in it, for whoever runs it in place of this call, which then was not forgotten.
   *
   * @throws TypeError when it was sent already
   */
  takeOver(): string {
    if (this.#sent) throw new TypeError('the statement was sent already')
    if (this.#literal === undefined) throw new TypeError('a transaction has no text')
    this.#takenOver = true
    return this.#literal()
  }

  #begin(): void {
    if (this.#sent) return
    this.#sent = true
    this.#resolve(
      this.#send().catch((error: unknown) =>
        Promise.reject(error instanceof Error ? placeAt(error, this.#createdAt) : error),
      ),
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

/** An error whose stack begins at the caller of a function. */
function placeOf(calledAs: (...args: never[]) => unknown): Error {
  // One stack is enough: the error would take one of its own, from here.
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const place = new Error('statement')
  Error.stackTraceLimit = limit
  Error.captureStackTrace(place, calledAs)
  return place
}
