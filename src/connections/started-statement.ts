import type { Session } from './session.ts'

/** What whoever observes a started statement may know and say of it; the test itself is shown less. */
export interface StatementWatch {
  /** The SQL with its values in it. Mask passwords before printing it. */
  literal(): string
  /** Whether it has gone to the server: not while it waits for the session's statement before it. */
  readonly sent: boolean
  /** Its failure, if there is one; the test has still to look at it. */
  readonly error: unknown
  /** Resolves when the statement has ended, well or not. Its failure has still to be looked at. */
  readonly ended: Promise<void>
  /** What the server was seen to do with it. Says nothing of a statement that has ended. */
  saw(status: 'running' | 'blocked'): void
}

let watch: (statement: StartedStatement<never>) => StatementWatch

/**
 * A statement that is under way while the test goes on.
 *
 * Deliberately not thenable: an asynchronous function may return one without waiting for it. Ask `result()` for its end.
 */
export class StartedStatement<Result = unknown> {
  static {
    watch = (statement) => ({
      literal: statement.#literal,
      get sent() {
        return statement.#sent
      },
      get error() {
        return statement.#error
      },
      ended: statement.#ended,
      saw: (status) => {
        if (statement.#status === 'running' || statement.#status === 'blocked') statement.#status = status
      },
    })
  }

  readonly #result: Promise<Result>
  readonly #ended: Promise<void>
  readonly #session: Session
  readonly #sql: string
  readonly #literal: () => string
  readonly #startedAt: Error
  #status: 'running' | 'blocked' | 'done' | 'failed' = 'running'
  #sent = false
  #looked = false
  #error: unknown

  constructor(options: {
    /** With `?` for bound values. */
    readonly sql: string
    readonly literal: () => string
    readonly session: Session
    readonly sent: Promise<void>
    readonly result: Promise<Result>
    readonly startedAt: Error
  }) {
    this.#sql = options.sql
    this.#literal = options.literal
    this.#session = options.session
    this.#startedAt = options.startedAt
    this.#result = options.result
    void options.sent.then(() => {
      this.#sent = true
    })
    this.#ended = this.#result.then(
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

  /** `blocked` is what was last seen of it; a statement that waits is `running` until somebody has looked. */
  get status(): 'running' | 'blocked' | 'done' | 'failed' {
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

/** For observers: what they may know of a started statement beyond what it shows. */
export function watchOf(statement: StartedStatement): StatementWatch {
  return watch(statement as StartedStatement<never>)
}
