import type { Vitest } from 'vitest/node'
import { pythonExtension } from '../config/python-extension.ts'
import { Collector } from '../python/collector.ts'
import { pythonModule, unreadModule } from './python-module.ts'
import { resolveRunConfig } from './resolve-run-config.ts'
import type { TestModule } from './test-module.ts'

/** Several configurations may name the plugin, and load this module each by itself; they share one process of Python. */
const KEY = Symbol.for('vitest-tidb.collectors')
const holder = globalThis as { [KEY]?: Map<string, Collector> }

/** Turns files of Python into test modules. Never throws for what a file, or the machine, lacks: that is a failing test. */
export async function transformPython(
  vitest: Vitest | undefined,
  source: string,
  path: string,
  watch: (file: string) => void,
): Promise<TestModule> {
  try {
    const settings = vitest === undefined ? undefined : resolveRunConfig(vitest).extension(pythonExtension)
    const found = await collectorFor(settings?.interpreter).collect(path)
    for (const file of found.imports) watch(file)
    const tags = new Set(vitest?.config.tags.map(({ name }) => name))
    return pythonModule(source, path, found, { tags, dryRun: settings?.dryRun ?? false })
  } catch (error) {
    return unreadModule(source, path, error)
  }
}

function collectorFor(setting: string | undefined): Collector {
  holder[KEY] ??= new Map()
  const known = holder[KEY].get(setting ?? '')
  if (known !== undefined) return known
  const collector = new Collector({ setting })
  holder[KEY].set(setting ?? '', collector)
  return collector
}
