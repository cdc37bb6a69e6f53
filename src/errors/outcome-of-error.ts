import type { ErrorOutcome } from './classify.ts'
import { isTidbTestError } from './tidb-test-error.ts'

/**
 * The outcome of anything that was thrown: that of the first error of the toolkit in its chain of causes, so that an
 * error which a test wraps keeps its outcome. Undefined when nothing in it has one. An outcome that is `unknown`
 * anywhere in the chain, or in one of several errors, makes the whole unknown.
 */
export function outcomeOfError(error: unknown): ErrorOutcome | undefined {
  const outcomes = outcomesIn(error, new Set())
  return outcomes.includes('unknown') ? 'unknown' : outcomes[0]
}

function outcomesIn(error: unknown, seen: Set<unknown>): ErrorOutcome[] {
  if (!(error instanceof Error) || seen.has(error)) return []
  seen.add(error)
  const own = isTidbTestError(error) && 'outcome' in error ? [error.outcome as ErrorOutcome] : []
  const several = error instanceof AggregateError ? error.errors.flatMap((each) => outcomesIn(each, seen)) : []
  return [...own, ...several, ...outcomesIn(error.cause, seen)]
}
