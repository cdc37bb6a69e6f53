import { addRemark } from '../errors/tidb-test-error.ts'
import { isTransient, retry } from '../resilience/retry.ts'
import { transactionRetry, type RetryOptions } from '../resilience/retry-options.ts'

/** What a transaction that is tried again needs to know of its session. */
export interface RetryingSession {
  readonly signal: AbortSignal | undefined
  /** Whether a transaction can be begun on it at all. */
  readonly usable: () => boolean
}

/**
 * A whole transaction, again from its BEGIN after every failure that is transient.
 *
 * @throws what the last attempt threw
 */
export function retriedTransaction<R>(
  attempt: (number: number) => Promise<R>,
  options: true | RetryOptions,
  { signal, usable }: RetryingSession,
): Promise<R> {
  return retry(
    attempt,
    {
      operation: 'transaction',
      preset: transactionRetry,
      ...(signal === undefined ? {} : { signal }),
      again: (error) => {
        if (!isTransient(error)) return false
        if (usable()) return true
        addRemark(
          error,
          'Not tried again: the connection is gone, and a session is one connection. connectionPool.transaction() would take another.',
        )
        return false
      },
    },
    options === true ? {} : options,
  )
}

/** A transaction inside another one, which would have to be done again with it. */
export async function unretriedTransaction<R>(attempt: (number: number) => Promise<R>): Promise<R> {
  try {
    return await attempt(1)
  } catch (error) {
    throw isTransient(error)
      ? addRemark(
          error,
          'Not tried again: a transaction is open around this one, and only the whole can be done again.',
        )
      : error
  }
}
