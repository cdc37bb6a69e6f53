import { ExponentialBackoff, type IBackoff } from 'cockatiel'
import type { RetryLimits } from './retry-options.ts'
import { seededRandom } from './seeded-random.ts'

/**
 * Waits that are chosen evenly between 0 and a ceiling that grows with each: many clients that lost the same server, or
 * met in the same row, do not come back at the same moment. The first wait is `next().duration`.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(limits: RetryLimits, seed: number): { next(): IBackoff<unknown> } {
  const random = seededRandom(seed)
  const backoff = new ExponentialBackoff<number>({
    initialDelay: limits.firstDelay,
    maxDelay: limits.maxDelay,
    exponent: limits.factor,
    generator: (waits = 0, { initialDelay, maxDelay, exponent }) => [
      random() * Math.min(maxDelay, initialDelay * exponent ** waits),
      waits + 1,
    ],
  })
  return { next: () => backoff.next() }
}
