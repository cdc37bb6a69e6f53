import { addRemark } from '../errors/tidb-test-error.ts'
import { isTransient, retry } from '../resilience/retry.ts'
import { transactionRetry, type RetryOptions } from '../resilience/retry-options.ts'

export const INSIDE_ANOTHER = 'a transaction is open around this one, and only the whole can be done again.'

/** What a transaction that is tried again needs to know of where it runs. */
export interface TransactionPlace {
  readonly signal?: AbortSignal | undefined
  /** Why it can't be begun again, if so: a sentence for the error's message. */
  readonly obstacle: () => string | undefined
}

/**
 * A whole transaction, again from its BEGIN after every failure that is transient, as long as nothing is in the way.
 *
 * @throws what the last attempt threw
 */
export function retriedTransaction<R>(
  attempt: (number: number) => Promise<R>,
  options: true | RetryOptions,
  { signal, obstacle }: TransactionPlace,
): Promise<R> {
  const again = (error: unknown): boolean => {
    if (!isTransient(error)) return false
    const reason = obstacle()
    if (reason !== undefined) addRemark(error, `Not tried again: ${reason}`)
    return reason === undefined
  }
  return retry(
    attempt,
    { operation: 'transaction', preset: transactionRetry, again, ...(signal === undefined ? {} : { signal }) },
    options === true ? {} : options,
  )
}

/** What one transaction wants, over what holds for all of them. */
export function retryOver(common: RetryOptions | undefined, own: true | RetryOptions): RetryOptions {
  return { ...common, ...(own === true ? {} : own) }
}
