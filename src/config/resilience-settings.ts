import type { SettingDefinition } from './setting-definition.ts'
import { durationFrom, factor, whole } from './setting-schemas.ts'

const count = { schema: whole(1, 1_000), allowed: 'a whole number from 1 to 1000' }

/** How patiently connecting and retried transactions go on, and when a server is left alone. */
export const resilienceSettings = {
  'retry.attempts': {
    ...count,
    variable: 'TIDB_RETRY_ATTEMPTS',
    about: 'most attempts to connect, and of a transaction that is retried, the first included',
    unset: '4 for connecting, 8 for transactions',
  },
  'retry.firstDelay': {
    ...durationFrom(0),
    variable: 'TIDB_RETRY_FIRST_DELAY',
    about: 'longest wait before the second attempt; a wait is chosen between 0 and this',
    unset: '100 ms for connecting, 10 ms for transactions',
  },
  'retry.maxDelay': {
    ...durationFrom(0),
    variable: 'TIDB_RETRY_MAX_DELAY',
    about: 'longest wait before any attempt',
    unset: '2 s for connecting, 1 s for transactions',
  },
  'retry.factor': {
    schema: factor,
    allowed: 'a number from 1 to 100',
    variable: 'TIDB_RETRY_FACTOR',
    about: 'what the longest wait is multiplied by from attempt to attempt',
    unset: '2',
  },
  'retry.deadline': {
    ...durationFrom(1),
    variable: 'TIDB_RETRY_DEADLINE',
    about: 'no attempt begins later than this after the first began',
    unset: '30 s',
  },
  'breaker.failures': {
    ...count,
    variable: 'TIDB_BREAKER_FAILURES',
    about: 'failures to connect, within the window, after which a server is left alone',
  },
  'breaker.window': {
    ...durationFrom(1),
    variable: 'TIDB_BREAKER_WINDOW',
    about: 'time in which failures are counted',
  },
  'breaker.halfOpenAfter': {
    ...durationFrom(1),
    variable: 'TIDB_BREAKER_HALF_OPEN_AFTER',
    about: 'how long it is left alone before it is tried again',
  },
  'breaker.trials': {
    ...count,
    variable: 'TIDB_BREAKER_TRIALS',
    about: 'trials that must then succeed',
  },
} satisfies Record<string, SettingDefinition>
