import type { TestProject, Vitest } from 'vitest/node'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { WorkerSettings } from '../config/worker-settings.ts'
import { startBroker, type Broker } from '../databases/broker.ts'
import type { KeptDatabase } from '../databases/broker-protocol.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { beginRun, type Run } from './begin-run.ts'
import { commandLineSources } from './command-line.ts'
import { lazyReference } from './lazy-reference.ts'
import { takeRunAhead } from './run-ahead.ts'
import { takeSignals } from './signals.ts'
import { rememberStartFailure } from './start-failure.ts'
import { applyTimeout } from './test-timeout.ts'

export { beginRun } from './begin-run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-tidb': WorkerSettings
    /** Why there are no settings. */
    'vitest-tidb-failure': string
  }
}

/**
 * Runs once in the main process, before the workers. Whatever takes minutes (a build, a pull, a template) is done here,
 * where no test's timeout runs; servers start when a test first asks for one.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const { vitest } = project
  const { aborted, goOn } = (await takeRunAhead(vitest)) ?? beginRun(vitest)
  const signals = takeSignals(vitest, aborted)
  try {
    const run = await goOn()
    const { config, logger, told } = run
    applyTimeout(vitest, config)
    if (config.test.seed !== undefined) vitest.config.sequence.seed = config.test.seed
    const broker = await openBroker(run)
    project.provide('vitest-tidb', workerSettings(broker, config, vitest.config))
    return async () => {
      const kept = await broker.stop()
      for (const { database, test, howToOpen } of kept) told.info(`Kept ${database} of '${test}': ${howToOpen}`)
      logger.close()
      signals.release()
    }
  } catch (error) {
    signals.release()
    rememberStartFailure(error)
    // In watch mode and in editors Vitest goes on without us, and does not call this function again.
    project.provide('vitest-tidb-failure', messageOf(error))
    // Vitest would begin with a complaint that there are no test files, which nobody has looked at.
    vitest.logger.printNoTestFound = () => undefined
    throw aborted.signal.aborted || isTidbTestError(error) ? withMessageOnly(error as Error) : error
  }
}

/** What Vitest prints of an error, less what its reader has read already: our own stack, and the message's parts again. */
function withMessageOnly(error: Error): Error {
  const { name, message, cause } = error
  const { code, context } = { code: undefined, context: {}, ...error }
  return Object.assign(new Error(message), {
    name,
    stack: `${name}: ${message}`,
    ...(code === undefined ? {} : { code }),
    ...(Object.keys(context).length === 0 ? {} : { context }),
    ...(cause instanceof Error && !message.includes(cause.message) ? { cause } : {}),
  })
}

async function openBroker(run: Run): Promise<Broker> {
  const { config, schema, logger, told, starting, prepared, start } = run
  // What takes moments goes on while the workers start, and a failure of it meets whoever asks for a server.
  await Promise.race([starting, prepared])
  let early = starting
  const reference = lazyReference(run)
  const broker = await startBroker({
    reference: reference.get,
    backend: async () => {
      const ahead = early
      early = undefined
      return ahead === undefined ? start() : (await ahead).backend
    },
    keepDatabase: config.test.keepDatabase,
    ...(schema === undefined ? {} : { schema }),
    connecting: {
      timeout: config.database.timeout,
      retry: {
        ...retryOf(config),
        onRetry: (tried) => logger.info?.('trying again', { ...tried, delay: Math.round(tried.delay) }),
      },
    },
    log: (line) => told.info(line),
  })
  // Not before the server is up: the broker's code would be read while the server could be starting.
  starting
    ?.then(({ first }) => first)
    .then(
      () => broker.warm(),
      () => undefined,
    )
  const stop = async (): Promise<KeptDatabase[]> => {
    try {
      return await broker.stop()
    } finally {
      await reference.stop()
      // A run that asked for no server ends before the broker has taken what was started ahead.
      const unused = early
      early = undefined
      await unused?.then(
        ({ backend }) => backend.stop(),
        () => undefined,
      )
    }
  }
  return { ...broker, stop }
}

function workerSettings(broker: Broker, config: ResolvedConfig, { sequence, shard }: Vitest['config']): WorkerSettings {
  return {
    broker: broker.address,
    databaseMode: config.databaseMode,
    keepDatabase: config.test.keepDatabase,
    timeZone: config.timeZone,
    timeout: config.database.timeout,
    poolSize: config.database.poolSize,
    rows: config.test.rows,
    isolation: config.test.isolation,
    seed: sequence.seed,
    ...(shard === undefined ? {} : { shard }),
    retry: retryOf(config),
    breaker: config.breaker,
    logging: config.logging,
    report: config.report.enabled,
    command: Object.keys(commandLineSources()).length === 0 ? 'vitest' : 'tidb-test',
    sections: config.sections,
  }
}

/** With a seed when somebody chose one: one that nobody chose has nothing to repeat. */
function retryOf({ retry, test: { seed } }: ResolvedConfig): WorkerSettings['retry'] {
  return seed === undefined ? retry : { ...retry, seed }
}
