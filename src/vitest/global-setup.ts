import type { TestProject, Vitest } from 'vitest/node'
import { backendFor } from '../backends/assemble.ts'
import type { RunningBackend, Schema } from '../backends/backend.ts'
import { banner } from '../backends/banner.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { WorkerSettings } from '../config/worker-settings.ts'
import type { Broker } from '../databases/broker.ts'
import { loadSchema, schemaOf } from '../databases/schema.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import { optionsOf, type PluginOptions } from './plugin-options.ts'
import { takeSignals } from './signals.ts'

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
    const { schema, ...options } = optionsOf(vitest)
    const inline = typeof schema === 'string' ? { ...options, schema } : options
    const config = resolveConfig({ cwd: vitest.config.root, env: process.env, inline })
    for (const warning of config.warnings) vitest.logger.warn(`vitest-tidb: ${warning}`)
    const broker = await openBroker(vitest, config, await readSchema(schema, config), aborted.signal)
    project.provide('vitest-tidb', workerSettings(broker, config))
    return async () => {
      const kept = await broker.stop()
      for (const { database, test, howToOpen } of kept) vitest.logger.log(`Kept ${database} of '${test}': ${howToOpen}`)
      signals.release()
    }
  } catch (error) {
    signals.release()
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

async function openBroker(
  vitest: Vitest,
  config: ResolvedConfig,
  schema: Schema | undefined,
  signal: AbortSignal,
): Promise<Broker> {
  const start = (): Promise<RunningBackend> => startBackend(vitest, config, schema, signal)
  // Listing tests must stay quick, and starts nothing.
  const starting = isListing() ? undefined : start()
  starting?.catch(() => undefined) // met again below
  // Reading the code of the broker and its driver takes as long as what is under way now in other processes.
  const { startBroker } = await import('../databases/broker.ts')
  const early = await starting
  const broker = await startBroker({
    backend: early === undefined ? start : () => Promise.resolve(early),
    keepDatabase: config.keepDatabase,
    ...(schema === undefined ? {} : { schema }),
    log: (line) => vitest.logger.log(line),
  })
  if (early !== undefined) broker.warm()
  return broker
}

/** A function of the plugin's options goes before the file that the other layers name. */
async function readSchema(schema: PluginOptions['schema'], config: ResolvedConfig): Promise<Schema | undefined> {
  if (typeof schema === 'function') return schemaOf(await schema(), 'function `schema` of tidb()')
  return config.schema === undefined ? undefined : loadSchema(config.schema)
}

async function startBackend(
  vitest: Vitest,
  config: ResolvedConfig,
  schema: Schema | undefined,
  signal: AbortSignal,
): Promise<RunningBackend> {
  const { backend, tried } = await backendFor(config, signal)
  using progress = terminalProgress(process.stderr, { level: config.logging.level })
  const running = await backend.start({ progress, signal, ...(schema === undefined ? {} : { schema }) })
  progress.clear()
  vitest.logger.log(banner(running, tried))
  return running
}

function workerSettings(broker: Broker, config: ResolvedConfig): WorkerSettings {
  return {
    broker: broker.address,
    databaseMode: config.databaseMode,
    keepDatabase: config.keepDatabase,
    timeZone: config.timeZone,
    timeout: config.database.timeout,
    poolSize: config.database.poolSize,
  }
}

function isListing(): boolean {
  return process.argv.slice(2).find((argument) => !argument.startsWith('-')) === 'list'
}
