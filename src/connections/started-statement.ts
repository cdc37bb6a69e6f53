import type { Session } from './session.ts'

/**
 * A statement that is under way while the test goes on.
 *
 * Deliberately not thenable: an asynchronous function may return one without waiting for it. Ask `result()` for its end.
 */
export class StartedStatement<Result = unknown> {
  readonly #result: Promise<Result>
  readonly #session: Session
  readonly #sql: string
  readonly #startedAt: Error
  #status: 'running' | 'done' | 'failed' = 'running'
  #looked = false
  #error: unknown

  constructor(options: { sql: string; session: Session; result: Promise<Result>; startedAt: Error }) {
    this.#sql = options.sql
    this.#session = options.session
    this.#startedAt = options.startedAt
    this.#result = options.result
    this.#result.then(
      () => {
        this.#status = 'done'
      },
      (error: unknown) => {
        // Kept for result(), and for the test's end, which reports a failure that nobody looked at.
        this.#error = error
        this.#status = 'failed'
      },
    )
  }

  get sql(): string {
    return this.#sql
  }

  get session(): Session {
    return this.#session
  }

  get status(): 'running' | 'done' | 'failed' {
    return this.#status
  }

  get startedAt(): Error {
    return this.#startedAt
  }

  /** The failure that nobody has asked for, if there is one. */
  get unseenError(): unknown {
    return this.#looked ? undefined : this.#error
  }

  /** The statement's outcome; rejects when it failed. */
  result(): Promise<Result> {
    this.#looked = true
    return this.#result
  }
}
