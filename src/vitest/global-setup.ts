import type { TestProject } from 'vitest/node'
import { backendFor } from '../backends/assemble.ts'
import type { RunningBackend } from '../backends/backend.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { startBroker, type Broker } from '../databases/broker.ts'
import { loadSchema } from '../databases/schema.ts'
import { isTidbTestError } from '../errors/tidb-test-error.ts'
import { progressOn } from '../logging/progress.ts'
import type { WorkerSettings } from '../config/worker-settings.ts'
import { optionsOf } from './plugin-options.ts'
import { takeSignals } from './signals.ts'

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-tidb': WorkerSettings
  }
}

/**
 * Runs once in the main process, before the workers. Whatever takes minutes (a build, a pull, a template) is done here,
 * where no test's timeout runs; servers start when a test first asks for one.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const { vitest } = project
  const config = resolveConfig({ cwd: vitest.config.root, env: process.env, inline: optionsOf(vitest) })
  const schema = config.schema === undefined ? undefined : await loadSchema(config.schema)
  const say = (line: string): void => vitest.logger.log(line)
  const aborted = new AbortController()
  const signals = takeSignals(vitest, aborted)

  const start = async (): Promise<RunningBackend> => {
    const { backend } = await backendFor(config)
    const progress = progressOn(process.stderr)
    const running = await backend.start({ progress, signal: aborted.signal, ...(schema === undefined ? {} : { schema }) })
    say(`TiDB  ${running.version} · ${running.store} · ${running.kind} (${running.detail})`)
    return running
  }

  let broker: Broker | undefined
  try {
    // Listing tests must stay quick, and starts nothing.
    const early = isListing() ? undefined : await start()
    broker = await startBroker({
      backend: early === undefined ? start : () => Promise.resolve(early),
      keepDatabase: config.keepDatabase,
      ...(schema === undefined ? {} : { schema }),
      log: say,
    })
  } catch (error) {
    signals.release()
    // The message says what to do; a stack through this toolkit would only hide it.
    if (isTidbTestError(error)) error.stack = `${error.name}: ${error.message}`
    throw error
  }

  project.provide('vitest-tidb', {
    broker: broker.address,
    databaseMode: config.databaseMode,
    keepDatabase: config.keepDatabase,
    timeZone: config.timeZone,
    timeout: config.database.timeout,
    poolSize: config.database.poolSize,
  })

  return async () => {
    const kept = await broker.stop()
    for (const database of kept) say(`TiDB  kept ${database.database} of '${database.test}': ${database.howToOpen}`)
    signals.release()
  }
}

function isListing(): boolean {
  return process.argv.slice(2).find(argument => !argument.startsWith('-')) === 'list'
}
