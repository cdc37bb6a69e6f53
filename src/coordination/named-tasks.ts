import { CoordinationError } from '../errors/coordination-error.ts'
import type { ConnectionContext } from './connection-context.ts'
import type { Task } from './coordinated-run.ts'
import type { CoordinationLimits } from './coordination-limits.ts'
import { OUTSIDE } from './find-stuck.ts'

type Given = Readonly<Record<string, Task>> | ((connection: ConnectionContext) => unknown)

/**
 * The tasks of a run by the names of their connections; of one task for all, `connection-1`, `connection-2`, …
 *
 * @param configured names that the run's options know
 * @throws CoordinationError `COORDINATION_TASKS` when there are none, or more than `maxConnections`, or when the options name
 *   a connection that has no task
 */
export function namedTasks(
  given: Given,
  count: number,
  { maxConnections }: Pick<CoordinationLimits, 'maxConnections'>,
  configured: readonly string[] = [],
): ReadonlyMap<string, Task> {
  const wanted = typeof given === 'function' ? count : Object.keys(given).length
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw wrong(
      wanted === 0 ? 'a run has no tasks' : `a run cannot have ${wanted} connections`,
      'Give it one at least.',
    )
  }
  if (wanted > maxConnections) {
    throw wrong(
      `a run of ${wanted} connections is more than the ${maxConnections} that are allowed`,
      'Raise connections.maxConnections (TIDB_MAX_CONNECTIONS) if the server can take them.',
    )
  }
  const tasks =
    typeof given === 'function'
      ? new Map(Array.from({ length: wanted }, (_, index) => [`connection-${index + 1}`, given]))
      : new Map(Object.entries(given))
  const unknown = configured.find((name) => !tasks.has(name))
  if (unknown !== undefined) {
    throw wrong(
      `the options of the run are for a connection '${unknown}', which has no task`,
      `Its connections are ${[...tasks.keys()].join(', ')}.`,
    )
  }
  if (tasks.has(OUTSIDE)) throw wrong(`no connection can be named '${OUTSIDE}'`, 'That is who waits outside the tasks.')
  return tasks
}

function wrong(message: string, remedy: string): CoordinationError {
  return new CoordinationError('COORDINATION_TASKS', message, { remedy })
}
