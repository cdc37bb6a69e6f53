import { ConfigError } from '../errors/config-error.ts'

/** How often, and how patiently, something is tried. Times are in milliseconds. */
export interface RetryOptions {
  /** The most attempts, the first one included. */
  readonly attempts?: number
  /** The wait before the second attempt is chosen between 0 and this; each later ceiling is `factor` times as high. */
  readonly firstDelay?: number
  /** The highest that the ceiling gets. */
  readonly maxDelay?: number
  readonly factor?: number
  /** No attempt begins later than this after the first one began. What is under way is not interrupted. */
  readonly deadline?: number
  /** Makes the waits the same in every run; one that is chosen by itself stands in the context of the error. */
  readonly seed?: number
  /** Called before each wait. */
  readonly onRetry?: (retry: Retry) => void
}

/** An attempt failed, and another one will be made. */
export interface Retry {
  /** What is tried. */
  readonly operation: string
  /** The attempt that failed, from 1 on. */
  readonly attempt: number
  /** Milliseconds until the next. */
  readonly delay: number
  readonly error: unknown
}

export type RetryLimits = Required<Omit<RetryOptions, 'seed' | 'onRetry'>>

/** For opening a session: a server that starts or restarts is back within seconds. */
export const connectingRetry: RetryLimits = {
  attempts: 4,
  firstDelay: 100,
  maxDelay: 2_000,
  factor: 2,
  deadline: 30_000,
}

/** For transactions: conflicts pass quickly, and several that met must not meet again. */
export const transactionRetry: RetryLimits = {
  attempts: 8,
  firstDelay: 10,
  maxDelay: 1_000,
  factor: 2,
  deadline: 30_000,
}

/** @throws ConfigError `CONFIG_RETRY` when a limit makes no sense. */
export function retryLimits(preset: RetryLimits, options: RetryOptions): RetryLimits {
  const limits = { ...preset }
  for (const name of Object.keys(preset) as (keyof RetryLimits)[]) {
    const value = options[name]
    if (value === undefined) continue
    const problem = problemOf(name, value)
    if (problem !== undefined) {
      throw new ConfigError('CONFIG_RETRY', `retry.${name} is ${value}; it must be ${problem}`, {
        remedy: `Leave it out to have ${preset[name]}.`,
      })
    }
    limits[name] = value
  }
  return limits
}

function problemOf(name: keyof RetryLimits, value: number): string | undefined {
  switch (name) {
    case 'attempts':
      return Number.isInteger(value) && value >= 1 ? undefined : 'a whole number from 1 on'
    case 'factor':
      return value >= 1 ? undefined : 'a number from 1 on'
    case 'deadline':
      return value > 0 ? undefined : 'milliseconds above 0'
    case 'firstDelay':
    case 'maxDelay':
      return value >= 0 && Number.isFinite(value) ? undefined : 'milliseconds from 0 on'
  }
}
