import type { TestProject, Vitest } from 'vitest/node'
import { backendFor } from '../backends/assemble.ts'
import type { RunningBackend, Schema } from '../backends/backend.ts'
import { banner } from '../backends/banner.ts'
import { startedAhead } from '../backends/started-ahead.ts'
import { pythonExtension } from '../config/python-extension.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { WorkerSettings } from '../config/worker-settings.ts'
import { startBroker, type Broker } from '../databases/broker.ts'
import type { KeptDatabase } from '../databases/broker-protocol.ts'
import { loadSchema, schemaOf } from '../databases/schema.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { loggerFor } from '../logging/logger-for.ts'
import type { Logger } from '../logging/logger.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import { lazyReference } from './lazy-reference.ts'
import { commandLineSources } from './command-line.ts'
import { loggedBackend } from './logged-backend.ts'
import { optionsOf, type PluginOptions } from './plugin-options.ts'
import { rememberBackend, rememberRun } from './reporter/run-facts.ts'
import { resolveRunConfig } from './resolve-run-config.ts'
import { takeSignals } from './signals.ts'
import { rememberStartFailure } from './start-failure.ts'
import { applyTimeout } from './test-timeout.ts'

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
  const aborted = new AbortController()
  const signals = takeSignals(vitest, aborted)
  try {
    const config = resolveRunConfig(vitest)
    const logger = loggerFor(config.logging, { process: 'main' })
    logger.hide(config.database.password)
    const told = teller(vitest, logger)
    for (const warning of config.warnings) told.warn(warning)
    applyTimeout(vitest, config)
    rememberRun(vitest, config)
    if (config.test.seed !== undefined) vitest.config.sequence.seed = config.test.seed
    const run = { vitest, config, logger, told, signal: aborted.signal }
    const broker = await openBroker(run, await readSchema(optionsOf(vitest).schema, config))
    project.provide('vitest-tidb', workerSettings(broker, config, vitest.config.sequence.seed))
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

/** One run of Vitest. */
interface Run {
  readonly vitest: Vitest
  readonly config: ResolvedConfig
  readonly logger: Logger
  readonly told: Teller
  readonly signal: AbortSignal
}

/** Tells people in Vitest's own output, and the log. */
interface Teller {
  info(line: string): void
  warn(line: string): void
}

function teller(vitest: Vitest, logger: Logger): Teller {
  return {
    info: (line) => {
      vitest.logger.log(line)
      logger.info?.(line)
    },
    warn: (line) => {
      vitest.logger.warn(`vitest-tidb: ${line}`)
      logger.warn?.(line)
    },
  }
}

async function openBroker(run: Run, schema: Schema | undefined): Promise<Broker> {
  const prepared = Promise.withResolvers<void>()
  const start = (): Promise<RunningBackend> => startBackend(run, schema, prepared.resolve)
  // Listing tests must stay quick, and starts nothing; a dry run needs nothing.
  const starting = isListing() || isDryRun(run.config) ? undefined : start().then(firstServerAhead)
  starting?.catch(() => undefined)
  // What takes moments goes on while the workers start, and a failure of it meets whoever asks for a server.
  await Promise.race([starting, prepared.promise])
  let early = starting
  const reference = lazyReference(run)
  const broker = await startBroker({
    reference: reference.get,
    backend: async () => {
      const ahead = early
      early = undefined
      return ahead === undefined ? start() : (await ahead).backend
    },
    keepDatabase: run.config.test.keepDatabase,
    ...(schema === undefined ? {} : { schema }),
    connecting: {
      timeout: run.config.database.timeout,
      retry: {
        ...retryOf(run.config),
        onRetry: (tried) => run.logger.info?.('trying again', { ...tried, delay: Math.round(tried.delay) }),
      },
    },
    log: (line) => run.told.info(line),
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

function firstServerAhead(backend: RunningBackend): { backend: RunningBackend; first?: Promise<unknown> } {
  return backend.sharing === 'private' ? startedAhead(backend) : { backend }
}

/** A function of the plugin's options goes before the file that the other layers name. */
async function readSchema(schema: PluginOptions['schema'], config: ResolvedConfig): Promise<Schema | undefined> {
  if (typeof schema === 'function') return schemaOf(await schema(), 'function `schema` of tidb()')
  return config.schema === undefined ? undefined : loadSchema(config.schema)
}

async function startBackend(run: Run, schema: Schema | undefined, onPrepared: () => void): Promise<RunningBackend> {
  const { config, logger, told, signal } = run
  const { backend, tried } = await backendFor(config, signal)
  using progress = terminalProgress(process.stderr, { level: config.logging.level })
  const running = await backend.start({ progress, signal, onPrepared, ...(schema === undefined ? {} : { schema }) })
  progress.clear()
  told.info(banner(running, tried))
  rememberBackend(run.vitest, running)
  return loggedBackend(running, logger)
}

function workerSettings(broker: Broker, config: ResolvedConfig, seed: number): WorkerSettings {
  return {
    broker: broker.address,
    databaseMode: config.databaseMode,
    keepDatabase: config.test.keepDatabase,
    timeZone: config.timeZone,
    timeout: config.database.timeout,
    poolSize: config.database.poolSize,
    rows: config.test.rows,
    isolation: config.test.isolation,
    seed,
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

function isDryRun(config: ResolvedConfig): boolean {
  return config.extension(pythonExtension).dryRun
}

function isListing(): boolean {
  return process.argv.slice(2).find((argument) => !argument.startsWith('-')) === 'list'
}
