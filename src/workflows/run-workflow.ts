import type { Endpoint } from '../connections/endpoint.ts'
import { openSession } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import type { Machine } from '../state-machine/machine.ts'
import type { MachineRun } from '../state-machine/machine-run.ts'
import { runMachine, type RunOptions } from '../state-machine/run-machine.ts'
import type { ServerVersion } from './server-version.ts'
import { workflowContext, type ConnectRequest, type WorkflowContext } from './workflow-context.ts'

export interface WorkflowOptions extends Omit<RunOptions<WorkflowContext>, 'context' | 'onInterrupt'> {
  readonly endpoint: Endpoint
  readonly database?: string
  /** Opens sessions; `openSession` when not given. */
  readonly connect?: (request: ConnectRequest) => Promise<Session>
  /** For machines that do not connect by themselves. It is not closed. */
  readonly session?: Session
  readonly serverVersion?: ServerVersion
}

/**
 * Runs a machine on an endpoint. A statement that is under way when a state is interrupted is ended with KILL QUERY, so
 * that `exit` and cleanups can use the session.
 *
 * @throws FailedRunError when it ends in its error state or can't clean up; the run is its `run`.
 */
export function runWorkflow<S extends string>(
  machine: Machine<S, WorkflowContext>,
  options: WorkflowOptions,
): Promise<MachineRun<S>> {
  const { endpoint, database, session, serverVersion, connect = connectTo(options.endpoint), ...run } = options
  const sessions = new Set(session === undefined ? [] : [session])
  const context = workflowContext({
    endpoint,
    database,
    connect: async (request) => {
      const opened = await connect(request)
      sessions.add(opened)
      return opened
    },
    ...(session === undefined ? {} : { session }),
    ...(serverVersion === undefined ? {} : { serverVersion }),
  })
  return runMachine(machine, { ...run, context, onInterrupt: () => endStatements(sessions) })
}

function connectTo(endpoint: Endpoint): WorkflowContext['connect'] {
  return ({ name, database }) => openSession({ name, endpoint, ...(database === undefined ? {} : { database }) })
}

async function endStatements(sessions: Iterable<Session>): Promise<void> {
  await Promise.all([...sessions].filter((session) => session.status === 'connected').map((session) => session.kill()))
}
