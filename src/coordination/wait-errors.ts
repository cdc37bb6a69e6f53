import { CoordinationError } from '../errors/coordination-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'

/** Who waited, for what, and what everybody did at that moment, a line for each. */
export interface FailedWait {
  readonly party: string
  readonly what: string
  readonly situation: string
}

export function expiredWait(failed: FailedWait, timeout: number): CoordinationError {
  return new CoordinationError('WAIT_TIMEOUT', described(failed, `for ${timeout} ms, and it did not end`), {
    remedy: 'Find out who was to end it, or give it more time: `timeout`, or connections.timeout for all.',
    context: { connection: failed.party },
  })
}

export function endlessWait(failed: FailedWait): CoordinationError {
  return new CoordinationError('WAIT_CANNOT_END', described(failed, 'and nobody is left who could end it'), {
    remedy: 'Each of those who could has ended, or waits as well.',
    context: { connection: failed.party },
  })
}

export function abortedWait(failed: Omit<FailedWait, 'situation'>, reason: unknown): CoordinationError {
  return new CoordinationError(
    'WAIT_ABORTED',
    `'${failed.party}' waited for ${failed.what}, and was told to end: ${messageOf(reason).split('\n')[0]}`,
    { cause: reason, context: { connection: failed.party } },
  )
}

export function forgottenWaits(party: string, waits: readonly string[]): CoordinationError {
  return new CoordinationError('WAIT_NOT_AWAITED', `'${party}' did not await ${waits.join(', nor ')}`, {
    remedy: 'Write `await` in front of it: without, the task goes on at once.',
    context: { connection: party },
  })
}

function described({ party, what, situation }: FailedWait, how: string): string {
  const lines = situation === '' ? [] : ['at that moment:', ...situation.split('\n').map((line) => `  ${line}`)]
  return [`'${party}' waited for ${what}, ${how}`, ...lines].join('\n  ')
}
