import type { ErrorOutcome } from '../../errors/classify.ts'

/** Failures of one kind. */
export interface LoadError {
  /** Whether trying again can help; `unknown` when the transaction may have been committed. */
  readonly class: ErrorOutcome
  /** The server's number; 0 when there is none, as of a lost connection. */
  readonly errno: number
  /** Such as `ER_LOCK_DEADLOCK`, `CONNECT_LOST`. */
  readonly code: string
  readonly count: number
  /** Milliseconds of the longest transaction that failed so. */
  readonly slowest: number
  /** What the first of them said. */
  readonly message: string
}

const keyOf = (error: LoadError): string => `${error.class} ${error.errno} ${error.code}`

/** Adds up failures of the same kind; those that occurred most often come first. */
export function mergeErrors(lists: readonly (readonly LoadError[])[]): LoadError[] {
  const merged = new Map<string, LoadError>()
  for (const error of lists.flat()) {
    const before = merged.get(keyOf(error))
    merged.set(
      keyOf(error),
      before === undefined
        ? error
        : { ...before, count: before.count + error.count, slowest: Math.max(before.slowest, error.slowest) },
    )
  }
  return [...merged.values()].toSorted((one, other) => other.count - one.count)
}
