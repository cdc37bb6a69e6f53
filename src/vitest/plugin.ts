import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from 'vitest/config'
import type { Vitest } from 'vitest/node'
import type { ConfigExtension } from '../config/config-extension.ts'
import type { SectionsOf } from '../config/define-tidb-config.ts'
import { nodeVersionProblem } from '../config/node-version.ts'
import { beginReaperAhead } from '../child-process/reaper-ahead.ts'
import { ConfigError } from '../errors/config-error.ts'
import type { beginRun } from './begin-run.ts'
import { keepCompiledCode } from './compile-cache.ts'
import { rememberOptions, type PluginOptions } from './plugin-options.ts'
import { isPythonModule } from './python-module.ts'
import { runInEveryShard } from './every-shard.ts'
import { addMergedLoads } from './reporter/add-merged-loads.ts'
import { addReporter } from './reporter/add-reporter.ts'
import { beginAhead, isRun } from './run-ahead.ts'
import { isSpecModule, specModule } from './spec-module.ts'
import { awaitTimeout, hasOwnTimeout, projectsWithTimeout } from './test-timeout.ts'

/**
 * Gives every test file of this Vitest a TiDB: `plugins: [tidb()]`.
 *
 * Options go before the command line, the environment and the config file. Nothing is started while the config loads.
 */
export function tidb<const E extends readonly ConfigExtension[] = []>(
  options: PluginOptions & SectionsOf<E> & { readonly extensions?: E } = {},
): Plugin {
  // Vitest 5 seems to work on an older Node until the first test fails, and then breaks in its reporter.
  const problem = nodeVersionProblem(process.versions.node)
  if (problem !== undefined) throw new ConfigError('CONFIG_NODE_VERSION', problem)
  keepCompiledCode()
  const givenTimeouts = new Set<string>()
  let running: Vitest | undefined
  return {
    name: 'vitest-tidb',
    config({ test }) {
      for (const name of projectsWithTimeout(test)) givenTimeouts.add(name)
    },
    configureVitest({ vitest, project }) {
      running = vitest
      // First of all: it starts in a process of its own while this one still reads.
      if (isRun(vitest) && (process.env['TIDB_HOST'] ?? '') === '') beginReaperAhead()
      rememberOptions(vitest, options)
      if (!hasOwnTimeout(project, givenTimeouts)) awaitTimeout(project)
      if (options.report !== false) addReporter(vitest)
      runInEveryShard(vitest)
      if (vitest.config.mergeReports !== undefined) addMergedLoads(vitest)
      const setup = globalSetupPath()
      // The plugin may stand in several projects; one broker serves them all.
      const setups = [vitest.config.globalSetup].flat()
      if (!setups.includes(setup)) vitest.config.globalSetup = [...setups, setup]
      // Not before the other projects have said what they want.
      queueMicrotask(() => beginAhead(vitest, () => loadBeginRun(setup)))
    },
    transform: {
      order: 'pre',
      filter: { id: /\.spec$|[\\/]test_[^\\/]*\.py$/ },
      async handler(source, id) {
        if (isSpecModule(source) || isPythonModule(source)) return undefined
        if (id.endsWith('.spec')) return specModule(source, id, (message) => this.warn(message))
        // Most projects have no use for it, and need not wait until it is loaded.
        const { transformPython } = await import('./python-files.ts')
        return transformPython(running, source, id, (file) => this.addWatchFile(file))
      },
    },
  }
}

/** By its path, so that whoever bundles a Vitest config leaves it where it is. */
async function loadBeginRun(setup: string): Promise<typeof beginRun> {
  const module = (await import(pathToFileURL(setup).href)) as { beginRun: typeof beginRun }
  return module.beginRun
}

/** In the package a sibling of this file's bundle, in the sources a sibling of this file. */
function globalSetupPath(): string {
  const names = ['./global-setup.js', './global-setup.ts']
  const paths = names.map((name) => fileURLToPath(new URL(name, import.meta.url)))
  const found = paths.find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(`the package vitest-tidb is incomplete: ${paths[0]} is missing; install it again`)
  return found
}
