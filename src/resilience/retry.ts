import type { Clock } from '../clock/clock.ts'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { outcomeOfError } from '../errors/outcome-of-error.ts'
import { addContext, addRemark } from '../errors/tidb-test-error.ts'
import { fullJitter } from './full-jitter.ts'
import { retryLimits, type RetryLimits, type RetryOptions } from './retry-options.ts'
import { randomSeed } from './seeded-random.ts'

/** What is tried, and what the waits are measured by. */
export interface RetriedWork {
  /** For messages: `connecting`, `transaction`. */
  readonly operation: string
  /** What holds where the options say nothing. */
  readonly preset: RetryLimits
  readonly clock?: Clock
  /** Ends a wait; the attempt under way has to watch it by itself. */
  readonly signal?: AbortSignal
  /** Whether another attempt makes sense; when not given, whether the error's outcome is `transient`. */
  readonly again?: (error: unknown) => boolean
}

/**
 * Calls `attempt` (with 1, 2, …) until it succeeds, fails in a way that another attempt can't mend, or a limit is
 * reached; then its last error is thrown, with the number of attempts in its context. An unknown outcome is never tried
 * again, whatever `again` says.
 *
 * The loop is ours and the waits are cockatiel's: its own loop waits on the global timer, which no simulated clock can
 * move, and goes on waiting when the signal aborts.
 *
 * @throws ConfigError `CONFIG_RETRY`; the signal's reason; whatever the last attempt threw
 */
export async function retry<R>(
  attempt: (number: number) => Promise<R>,
  work: RetriedWork,
  options: RetryOptions = {},
): Promise<R> {
  const { operation, clock = systemClock, signal, again = isTransient } = work
  const limits = retryLimits(work.preset, options)
  const seed = options.seed ?? randomSeed()
  const begun = clock.now()
  let backoff = fullJitter(limits, seed).next()
  for (let number = 1; ; number++, backoff = backoff.next(undefined)) {
    signal?.throwIfAborted()
    try {
      return await attempt(number)
    } catch (error) {
      const took = clock.now() - begun
      addContext(error, { operation, attempt: number })
      if (outcomeOfError(error) === 'unknown' || !again(error)) throw error
      const delay = backoff.duration
      const tooLate = took + delay > limits.deadline
      if (tooLate || number >= limits.attempts) {
        throw givenUp(error, { number, took, seed, deadline: tooLate ? limits.deadline : undefined })
      }
      options.onRetry?.({ operation, attempt: number, delay, error })
      await sleep(clock, delay, signal)
    }
  }
}

/** Whether trying again can help, as far as the error tells. */
export function isTransient(error: unknown): boolean {
  return outcomeOfError(error) === 'transient'
}

/** The error itself, so that what branches on its code still finds it; message and context say how often it was tried. */
function givenUp(
  error: unknown,
  end: { readonly number: number; readonly took: number; readonly seed: number; readonly deadline: number | undefined },
): unknown {
  const { number, took, seed, deadline } = end
  const times = number === 1 ? 'once' : `${number} times`
  const why = deadline === undefined ? '' : `; the deadline of ${deadline} ms leaves no time for another`
  addRemark(error, `Tried ${times} in ${took.toFixed(0)} ms${why}.`)
  return addContext(error, { attempts: number, jitterSeed: seed })
}
