import type { Vitest } from 'vitest/node'
import { backendFor } from '../backends/assemble.ts'
import type { RunningBackend, Schema } from '../backends/backend.ts'
import { banner } from '../backends/banner.ts'
import { startedAhead } from '../backends/started-ahead.ts'
import { endReaperAhead } from '../child-process/reaper-ahead.ts'
import { pythonExtension } from '../config/python-extension.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { loadSchema, schemaOf } from '../databases/schema.ts'
import { loggerFor } from '../logging/logger-for.ts'
import type { Logger } from '../logging/logger.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import { isListing } from './listing.ts'
import { loggedBackend } from './logged-backend.ts'
import { optionsOf, type PluginOptions } from './plugin-options.ts'
import { rememberBackend, rememberRun } from './reporter/run-facts.ts'
import { resolveRunConfig } from './resolve-run-config.ts'
import { told, type Told } from './told.ts'

/** A backend, and its first server where each slot has its own. */
interface Started {
  readonly backend: RunningBackend
  readonly first?: Promise<unknown>
}

/** One run of Vitest: what it is configured to do, and the TiDB that starts for it. */
export interface Run {
  readonly vitest: Vitest
  readonly config: ResolvedConfig
  readonly schema: Schema | undefined
  readonly logger: Logger
  readonly told: Told
  /** Ends what the run starts. */
  readonly signal: AbortSignal
  /** Undefined for runs that start none: listing tests must stay quick, and a dry run needs nothing. */
  readonly starting: Promise<Started> | undefined
  /** Resolves when nothing long stands before the first server. */
  readonly prepared: Promise<void>
  /** Starts another backend, when the first one could not be started. */
  start(): Promise<RunningBackend>
}

export interface BegunRun {
  /** Ends what is being started. */
  readonly aborted: AbortController
  /** @throws ConfigError; DatabaseError when the schema can't be read */
  readonly run: Promise<Run>
  /** The run is under way: whatever takes minutes (a build, a pull, a template) may begin, and people may be told. */
  goOn(): Promise<Run>
}

/** Begins a run. Until it is told to go on, it does what takes moments, and says nothing. */
export function beginRun(vitest: Vitest): BegunRun {
  const aborted = new AbortController()
  const { signal } = aborted
  const underWay = Promise.withResolvers<void>()
  underWay.promise.catch(() => undefined)
  signal.addEventListener('abort', () => underWay.reject(signal.reason), { once: true })
  const run = begin(vitest, signal, () => underWay.promise)
  run.catch(() => undefined)
  const goOn = async (): Promise<Run> => {
    const begun = await run
    rememberRun(vitest, begun.config)
    begun.told.release()
    underWay.resolve()
    return begun
  }
  return { aborted, run, goOn }
}

async function begin(vitest: Vitest, signal: AbortSignal, beforeLong: () => Promise<void>): Promise<Run> {
  const config = resolveRunConfig(vitest)
  const logger = loggerFor(config.logging, { process: 'main' })
  logger.hide(config.database.password)
  const teller = told(vitest, logger)
  for (const warning of config.warnings) teller.warn(warning)
  const schema = await readSchema(optionsOf(vitest).schema, config)
  const prepared = Promise.withResolvers<void>()
  const start = (): Promise<RunningBackend> =>
    startBackend({ vitest, config, logger, told: teller, schema, signal, beforeLong, onPrepared: prepared.resolve })
  const starting = isListing() || isDryRun(config) ? undefined : start().then(firstServerAhead)
  starting?.catch(() => undefined)
  return { vitest, config, schema, logger, told: teller, signal, starting, prepared: prepared.promise, start }
}

interface StartOptions extends Pick<Run, 'vitest' | 'config' | 'logger' | 'told' | 'schema'> {
  readonly signal: AbortSignal
  readonly beforeLong: () => Promise<void>
  readonly onPrepared: () => void
}

async function startBackend(options: StartOptions): Promise<RunningBackend> {
  const { vitest, config, logger, told, schema, ...others } = options
  const { backend, tried } = await backendFor(config, others.signal)
  using progress = terminalProgress(process.stderr, { level: config.logging.level })
  const running = await backend.start({ ...others, progress, ...(schema === undefined ? {} : { schema }) })
  // Servers of somebody else need none.
  void endReaperAhead()
  progress.clear()
  told.info(banner(running, tried))
  // Reports are about runs that are under way.
  others.beforeLong().then(
    () => rememberBackend(vitest, running),
    () => undefined,
  )
  return loggedBackend(running, logger)
}

function firstServerAhead(backend: RunningBackend): Started {
  return backend.sharing === 'private' ? startedAhead(backend) : { backend }
}

/** A function of the plugin's options goes before the file that the other layers name. */
async function readSchema(schema: PluginOptions['schema'], config: ResolvedConfig): Promise<Schema | undefined> {
  if (typeof schema === 'function') return schemaOf(await schema(), 'function `schema` of tidb()')
  return config.schema === undefined ? undefined : loadSchema(config.schema)
}

function isDryRun(config: ResolvedConfig): boolean {
  return config.extension(pythonExtension).dryRun
}
