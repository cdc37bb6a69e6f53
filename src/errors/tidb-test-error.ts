/** What was going on when an error arose; it survives rethrowing and is printed under the message. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

/** Tells errors of this toolkit apart without depending on class identity (two copies of the package may be loaded). */
const BRAND = Symbol.for('vitest-tidb.error')

/**
 * Base of every error that the toolkit throws.
 *
 * `code` is stable and safe to branch on. `remedy`, when present, says what to do next.
 * Neither message nor context ever holds a password.
 */
export class TidbTestError extends Error {
  readonly code: string
  readonly remedy: string | undefined
  readonly context: ErrorContext

  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; remedy?: string; context?: ErrorContext } = {},
  ) {
    super(
      options.remedy === undefined ? message : `${message}\n  ${options.remedy.split('\n').join('\n  ')}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = new.target.name
    this.code = code
    this.remedy = options.remedy
    this.context = options.context ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }
}

export function isTidbTestError(value: unknown): value is TidbTestError {
  return value instanceof Error && BRAND in value
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
