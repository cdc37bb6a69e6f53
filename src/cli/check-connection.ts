import { configuredEndpoint } from '../backends/external/configured-endpoint.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { urlOf } from '../connections/endpoint.ts'
import { openSession } from '../connections/open-session.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { brokenVisit, isFailedRun } from '../state-machine/failed-run-error.ts'
import type { MachineRun, Visit } from '../state-machine/machine-run.ts'
import { connectionWorkflow } from '../workflows/connection-workflow.ts'
import { gettingVersion } from '../workflows/getting-version.ts'
import { runWorkflow } from '../workflows/run-workflow.ts'
import type { ServerVersion } from '../workflows/server-version.ts'
import { StateMachine } from '../workflows/state-machine.ts'
import { State } from '../workflows/state.ts'
import { masked } from './print-error.ts'

/** What `tidb-test check` found. Plain data. */
export interface CheckedConnection {
  readonly ok: boolean
  /** Without the password. */
  readonly url: string
  /** The state in which it ended. */
  readonly state: string
  readonly states: readonly {
    readonly state: string
    readonly outcome: Visit['outcome']
    readonly milliseconds: number
  }[]
  readonly version: ServerVersion | null
  readonly failure: {
    readonly state: string
    readonly code: string | null
    readonly message: string
  } | null
}

/** Runs the connection workflow on the configured endpoint. A failure is a result; only an abort throws. */
export async function checkConnection(
  config: ResolvedConfig,
  options: {
    readonly hooks: readonly StatementHook[]
    readonly signal: AbortSignal
    readonly onRetry?: (line: string) => void
  },
): Promise<CheckedConnection> {
  const endpoint = configuredEndpoint(config)
  const { database, timeout } = config.database
  const found: { version?: ServerVersion } = {}
  const machine = new StateMachine({
    ...connectionWorkflow,
    [State.GettingVersion]: {
      to: [State.Completed],
      async execute(context) {
        await gettingVersion(context)
        found.version = context.serverVersion
        return State.Completed
      },
    },
  })
  const given = database === undefined ? {} : { database }
  let run: MachineRun
  try {
    run = await runWorkflow(machine, {
      endpoint,
      ...given,
      signal: options.signal,
      retry: {
        ...config.retry,
        onRetry: ({ attempt }) => options.onRetry?.(`attempt ${attempt} to connect failed, trying again`),
      },
      connect: ({ name, database: wanted, signal }) =>
        openSession({
          name,
          endpoint,
          signal,
          timeout,
          connectTimeout: timeout,
          hooks: options.hooks,
          ...(wanted === undefined ? {} : { database: wanted }),
        }),
    })
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isFailedRun(error)) throw error
    run = error.run
  }
  return {
    ok: run.errors.length === 0 && run.state === State.Completed,
    url: urlOf(endpoint, database),
    state: run.state,
    states: run.history.map(({ state, outcome, milliseconds }) => ({ state, outcome, milliseconds })),
    version: found.version ?? null,
    failure: failureOf(run),
  }
}

function failureOf(run: MachineRun): CheckedConnection['failure'] {
  const [error] = run.errors
  if (error === undefined) return null
  return {
    state: brokenVisit(run)?.state ?? run.state,
    code: isTidbTestError(error) ? error.code : null,
    message: masked(messageOf(error)),
  }
}
