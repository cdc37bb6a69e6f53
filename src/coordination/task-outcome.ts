import { ER_QUERY_INTERRUPTED } from '../connections/statement-failure.ts'
import { CoordinationError } from '../errors/coordination-error.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import type { ConnectionStatus } from './connection-status.ts'

/** How one connection's task ended. */
export interface TaskOutcome<R = unknown> {
  /** `error` when it failed or was told to end, else `disconnected`, as its session is closed. */
  readonly status: ConnectionStatus
  /** What the task returned, of a machine its run; absent when it failed. */
  readonly value?: R
  /** What it failed with; absent when it ended well. */
  readonly error?: Error
  /** It did not fail by itself: it was told to end, as the run was cancelled or had failed already. */
  readonly aborted?: true
}

export type Outcomes<R extends object> = { readonly [K in keyof R]: TaskOutcome<R[K]> }

/** How many must end well: all, one, or so many. */
export type Requirement = 'all' | 'any' | number

/** @throws CoordinationError `COORDINATION_REQUIRE` when no run of so many could meet it */
export function neededOf(requirement: Requirement, count: number): number {
  if (requirement === 'all') return count
  if (requirement === 'any') return 1
  if (Number.isInteger(requirement) && requirement >= 1 && requirement <= count) return requirement
  throw new CoordinationError(
    'COORDINATION_REQUIRE',
    `require is ${String(requirement)}, but the run has ${count} ${count === 1 ? 'task' : 'tasks'}`,
    { remedy: `Give 'all', 'any' or a whole number from 1 to ${count}.` },
  )
}

/** A coordinated run failed: fewer tasks ended well than it requires. Code `COORDINATION_FAILED`. */
export class FailedCoordinationError extends CoordinationError {
  declare readonly outcomes: Readonly<Record<string, TaskOutcome>>
  declare readonly errors: readonly Error[]

  constructor(outcomes: Readonly<Record<string, TaskOutcome>>, needed: number) {
    const failed = Object.entries(outcomes).filter(([, { error, aborted }]) => error !== undefined && aborted !== true)
    const aborted = Object.entries(outcomes).flatMap(([name, outcome]) => (outcome.aborted === true ? [name] : []))
    const count = Object.keys(outcomes).length
    const lines = failed.map(([name, { error }]) => `${name}: ${indented(messageOf(error))}`)
    const told = aborted.length === 0 ? [] : [`told to end then: ${aborted.join(', ')}`]
    super('COORDINATION_FAILED', [headline(failed.length, count, needed), ...lines, ...told].join('\n  '), {
      ...(failed.length === 1 ? { cause: failed[0]?.[1].error } : {}),
      context: { failed: failed.map(([name]) => name).join(', ') },
    })
    // Not enumerable: the message has it all, and a printed error need not have it again.
    Object.defineProperty(this, 'outcomes', { value: outcomes })
    Object.defineProperty(this, 'errors', { value: failed.flatMap(([, { error }]) => error ?? []) })
  }
}

export function cancelledRun(reason: unknown): CoordinationError {
  return new CoordinationError('COORDINATION_CANCELLED', `the run was cancelled: ${messageOf(reason).split('\n')[0]}`, {
    cause: reason,
  })
}

/** Does not depend on class identity: another copy of the package may have made the error. */
export function isFailedCoordination(error: unknown): error is FailedCoordinationError {
  return isTidbTestError(error) && error.code === 'COORDINATION_FAILED' && 'outcomes' in error
}

/** Whether an error is only what became of being told to end. */
export function comesOfAbort(error: unknown, reason: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at === reason || at.name === 'AbortError') return true
    if (isTidbTestError(at) && ABORTS.has(at.code)) return true
    if ('errno' in at && at.errno === ER_QUERY_INTERRUPTED) return true
  }
  return error === reason
}

const ABORTS: ReadonlySet<string> = new Set(['WAIT_ABORTED', 'STATEMENT_ABORTED', 'STATE_ABORTED', 'CONNECT_CLOSED'])

function headline(failed: number, count: number, needed: number): string {
  const required = needed === count ? 'all are required' : `${needed} must end well`
  return `${failed} of ${count} ${count === 1 ? 'task' : 'tasks'} failed, and ${required}:`
}

function indented(message: string): string {
  return message.split('\n').join('\n  ')
}
