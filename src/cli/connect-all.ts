import { configuredEndpoint } from '../backends/external/configured-endpoint.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { connectionsExtension } from '../config/connections-extension.ts'
import { urlOf, type Endpoint } from '../connections/endpoint.ts'
import { openWire, sessionOver } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { ConnectionCoordinator } from '../coordination/connection-coordinator.ts'
import type { SessionRequest } from '../coordination/coordinator-options.ts'
import type { TaskOutcome } from '../coordination/task-outcome.ts'
import { SharedState } from '../coordination/shared-state.ts'
import { ConfigError } from '../errors/config-error.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { retry } from '../resilience/retry.ts'
import { connectingRetry, type RetryOptions } from '../resilience/retry-options.ts'
import { brokenVisit, isFailedRun } from '../state-machine/failed-run-error.ts'
import { runWorkflow } from '../workflows/run-workflow.ts'
import { simpleTask, workflowTask, type Seen, type SeenConnection } from './connection-tasks.ts'
import { masked } from './print-error.ts'

/** What `tidb-test connections` found of one connection. Plain data; times in milliseconds. */
export interface ConnectionReport {
  readonly connection: string
  /** Without the password. */
  readonly url: string
  readonly status: 'connected' | 'error'
  /** What `SELECT VERSION()` says; null when it was not read. */
  readonly version: string | null
  /** Until the version was read. */
  readonly milliseconds: number | null
  /** Checks while it was monitored, and the slowest of them; null when it was not. */
  readonly monitored: { readonly checks: number; readonly slowest: number } | null
  readonly failure: { readonly state: string | null; readonly code: string | null; readonly message: string } | null
}

interface ConnectOptions {
  /** Without states: concurrent tasks and what they share. */
  readonly simple: boolean
  readonly hooks: readonly StatementHook[]
  readonly signal: AbortSignal
  readonly onRetry: (line: string) => void
}

/**
 * Opens `connections.count` connections to each endpoint, side by side, holds them until all have been opened, and watches
 * them for `connections.duration`. A failure is a result; only an abort throws.
 *
 * @throws ConfigError `CONFIG_CONNECTIONS` when these are more than `connections.maxConnections`
 */
export async function connectAll(
  configs: readonly [ResolvedConfig, ...ResolvedConfig[]],
  options: ConnectOptions,
): Promise<readonly ConnectionReport[]> {
  const [config] = configs
  const limits = config.extension(connectionsExtension)
  const total = configs.length * limits.count
  if (total > limits.maxConnections) throw tooMany(config, total, limits.maxConnections)
  const places = configs.flatMap((each) => {
    const endpoint = configuredEndpoint(each)
    const { database } = each.database
    return Array.from({ length: limits.count }, () => ({ endpoint, database }))
  })
  const named = places.map((place, index) => [`connection-${index + 1}`, place] as const)
  const task = (options.simple ? simpleTask : workflowTask)(performance.now(), limits.duration > 0)
  const shared = new SharedState<Seen>({ seen: {} })
  const coordinator = coordinatorOf(config, configuredEndpoint(config), options)
  const connections = named.map(([name, { endpoint, database }]) => [
    name,
    { endpoint, ...(database === undefined ? {} : { database }) },
  ])
  const { outcomes } = coordinator.run(
    { shared, require: 'any', connect: options.simple, connections: Object.fromEntries(connections) },
    Object.fromEntries(named.map(([name]) => [name, task])),
  )
  const ended: Readonly<Record<string, TaskOutcome>> = await outcomes
  options.signal.throwIfAborted()
  return named.map(([connection, { endpoint, database }]) => ({
    connection,
    url: urlOf(endpoint, database),
    ...reportOf(ended[connection] ?? { status: 'error' }, shared.value.seen[connection]),
  }))
}

function coordinatorOf(config: ResolvedConfig, endpoint: Endpoint, options: ConnectOptions): ConnectionCoordinator {
  const { hooks, signal, onRetry } = options
  const { timeout } = config.database
  const retried: RetryOptions = {
    ...config.retry,
    onRetry: ({ attempt }) => onRetry(`attempt ${attempt} to connect failed, trying again`),
  }
  const open = async ({ name, endpoint: at, database, signal: given }: SessionRequest): Promise<Session> => {
    const wanted = {
      endpoint: at,
      connectTimeout: timeout,
      signal: given,
      ...(database === undefined ? {} : { database }),
    }
    return sessionOver(await openWire(wanted), { name, timeout, hooks })
  }
  return new ConnectionCoordinator({
    ...config.extension(connectionsExtension),
    endpoint,
    signal,
    openSession: (request) =>
      request.once
        ? open(request)
        : retry(
            () => open(request),
            { operation: 'connecting', preset: connectingRetry, signal: request.signal },
            retried,
          ),
    runMachine: (machine, request) => runWorkflow(machine, { ...request, retry: retried }),
  })
}

function reportOf(
  outcome: TaskOutcome,
  seen: SeenConnection | undefined,
): Omit<ConnectionReport, 'connection' | 'url'> {
  return {
    status: outcome.error === undefined ? 'connected' : 'error',
    version: seen?.version ?? null,
    milliseconds: seen?.milliseconds ?? null,
    monitored:
      seen?.monitored === undefined ? null : { checks: seen.monitored.checks, slowest: seen.monitored.slowest },
    failure: outcome.error === undefined ? null : failureOf(outcome.error),
  }
}

function failureOf(error: Error): ConnectionReport['failure'] {
  const run = isFailedRun(error) ? error.run : undefined
  const cause = run?.errors[0] ?? error
  return {
    state: run === undefined ? null : (brokenVisit(run)?.state ?? run.state),
    code: isTidbTestError(cause) ? cause.code : null,
    message: masked(messageOf(cause)),
  }
}

function tooMany(config: ResolvedConfig, total: number, most: number): ConfigError {
  const message = `${config.origin('connections.count')}: ${total} connections are more than the ${most} that are allowed.`
  return new ConfigError('CONFIG_CONNECTIONS', message, {
    remedy: 'Give a smaller --count, or a greater --max-connections.',
  })
}
