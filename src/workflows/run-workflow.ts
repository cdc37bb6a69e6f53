import type { Endpoint } from '../connections/endpoint.ts'
import { openSession } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import { statementLines } from '../connections/statement-lines.ts'
import { StatementLog } from '../connections/statement-log.ts'
import type { RetryOptions } from '../resilience/retry-options.ts'
import type { Machine } from '../state-machine/machine.ts'
import type { Evidence, MachineRun } from '../state-machine/machine-run.ts'
import { runMachine, type RunOptions } from '../state-machine/run-machine.ts'
import type { ServerVersion } from './server-version.ts'
import { workflowContext, type ConnectRequest, type WorkflowContext } from './workflow-context.ts'

export interface WorkflowOptions extends Omit<RunOptions<WorkflowContext>, 'context' | 'onInterrupt' | 'evidence'> {
  readonly endpoint: Endpoint
  readonly database?: string
  /** Opens sessions; `openSession` when not given. */
  readonly connect?: (request: ConnectRequest) => Promise<Session>
  /** For machines that do not connect by themselves. It is not closed. */
  readonly session?: Session
  readonly serverVersion?: ServerVersion
  /** How often, and how patiently, connecting is tried: up to 4 times within 30 seconds when not given. */
  readonly retry?: RetryOptions
  /** Where the sessions that `connect` opens note their statements; a failed run shows those of the state that broke. */
  readonly log?: StatementLog
}

const SHOWN = 10

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
  const { endpoint, database, session, serverVersion, retry, log = new StatementLog(), ...others } = options
  const { connect = connectTo(endpoint, log), ...run } = others
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
    ...(retry === undefined ? {} : { retry }),
  })
  return runMachine(machine, {
    ...run,
    context,
    onInterrupt: () => endStatements(sessions),
    evidence: statementsIn(log),
  })
}

function connectTo(endpoint: Endpoint, log: StatementLog): WorkflowContext['connect'] {
  return ({ name, database, signal }) =>
    openSession({ name, endpoint, log, signal, ...(database === undefined ? {} : { database }) })
}

/** What was under way while the run was in a state, by places in the log: a run's clock may be one of its own. */
function statementsIn(log: StatementLog): Evidence {
  return () => {
    const entered = log.mark()
    return () => {
      const left = log.mark()
      return ({ state }) => {
        const entries = log.between(entered, left)
        if (entries.length === 0) return []
        const lines = statementLines(entries, 0, { count: SHOWN })
        return [`statements while in '${state}':`, ...lines.map((line) => `  ${line}`)]
      }
    }
  }
}

async function endStatements(sessions: Iterable<Session>): Promise<void> {
  await Promise.all([...sessions].filter((session) => session.status === 'connected').map((session) => session.kill()))
}
