import { isTidbTestError, messageOf, type TidbTestError } from './tidb-test-error.ts'

/** In the order in which they are read; what else there is follows. */
const FIRST = ['operation', 'endpoint', 'session', 'attempt', 'attempts', 'state', 'handler', 'phase']
/** Is in the message of every error that has it. */
const IN_MESSAGE = new Set(['sql'])

/**
 * An error for people: code, message with what to do next, what was going on, and every cause, each indented under what
 * it caused. Errors that hold several show all of them.
 */
export function formatError(error: unknown): string {
  return linesOf(error, new Set()).join('\n')
}

function linesOf(error: unknown, seen: Set<unknown>): string[] {
  if (seen.has(error)) return ['(the same error again)']
  seen.add(error)
  const head = isTidbTestError(error) ? ` ${error.code}` : ''
  const name = error instanceof Error ? `${error.name}${head}: ` : ''
  const lines = `${name}${messageOf(error)}`.split('\n')
  if (isTidbTestError(error)) lines.push(...contextLine(error))
  for (const cause of causesOf(error)) {
    const [first = '', ...rest] = linesOf(cause, seen)
    lines.push(`  caused by ${first}`, ...rest.map((line) => `  ${line}`))
  }
  return lines
}

function contextLine({ context }: TidbTestError): string[] {
  const names = [...new Set([...FIRST, ...Object.keys(context)])]
  const known = names.filter((name) => context[name] !== undefined && !IN_MESSAGE.has(name))
  return known.length === 0 ? [] : [`  (${known.map((name) => `${name}: ${String(context[name])}`).join(', ')})`]
}

function causesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return []
  const cause = error.cause === undefined ? [] : [error.cause]
  return error instanceof AggregateError ? [...error.errors, ...cause] : cause
}
