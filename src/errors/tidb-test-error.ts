/**
 * What was going on when an error arose: `operation`, `endpoint` (without a password), `session`, `sql`, `attempt`,
 * `state` and what else is known. It stays with the error however often that is rethrown.
 */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

/** Tells errors of this toolkit apart without depending on class identity (two copies of the package may be loaded). */
const BRAND = Symbol.for('vitest-tidb.error')

/** What went wrong, in one word a class; `other` for what has no class of its own. */
export type ErrorKind =
  | 'backend'
  | 'circuit-open'
  | 'config'
  | 'connect'
  | 'coordination'
  | 'database'
  | 'fault'
  | 'import'
  | 'python'
  | 'state'
  | 'statement'
  | 'other'

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

  /** Not an own property: it says nothing that the class's name does not, and would only be printed. */
  get kind(): ErrorKind {
    return 'other'
  }
}

export function isTidbTestError(value: unknown): value is TidbTestError {
  return value instanceof Error && BRAND in value
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Adds to an error what the layer that lets it pass knows: attempt, state, operation. What is known already stays, as
 * the layer below saw it from nearer; only operations are strung together, outermost first. The error stays the same
 * object. Errors of others are not touched.
 */
export function addContext<T>(error: T, context: ErrorContext): T {
  if (!isTidbTestError(error)) return error
  const known = Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined))
  const operation = within(context['operation'], error.context['operation'])
  const operations = operation === undefined ? {} : { operation }
  Object.assign(error, { context: { ...known, ...error.context, ...operations } })
  return error
}

function within(outer: ErrorContext[string], inner: ErrorContext[string]): ErrorContext[string] {
  if (outer === undefined || inner === undefined) return outer ?? inner
  return String(inner).startsWith(String(outer)) ? inner : `${outer} > ${inner}`
}

/** Adds a line to the message of an error that is on its way, in its stack too. Errors of others are not touched. */
export function addRemark<T>(error: T, remark: string): T {
  if (!isTidbTestError(error)) return error
  const { message, stack } = error
  error.message = `${message}\n  ${remark}`
  if (stack?.includes(message) === true) error.stack = stack.replace(message, () => error.message)
  return error
}
