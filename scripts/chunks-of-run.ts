import { fileURLToPath } from 'node:url'
import type { Rolldown } from 'tsdown'

/** Where processes begin to read the package. What several of them read belongs to the first. */
const BEGINNINGS = {
  reaper: 'src/child-process/reaper.ts',
  plugin: 'public/plugin.ts',
  start: 'src/vitest/global-setup.ts',
  broker: 'src/databases/broker-calls.ts',
  engine: 'public/engine.ts',
  worker: 'public/index.ts',
}

type Modules = Pick<Rolldown.PluginContext, 'getModuleInfo'>

/**
 * Puts what a run reads before its first test into a handful of files: each costs a process a millisecond. What a worker
 * needs of the others' files is in files of its own.
 */
export function chunksOfRun() {
  let names: ReadonlyMap<string, string> | undefined
  return {
    name: (id: string, modules: Modules): string | null => (names ??= chunkNames(modules)).get(id) ?? null,
    includeDependenciesRecursively: false,
  }
}

function chunkNames(modules: Modules): Map<string, string> {
  const parts = Object.entries(BEGINNINGS).map(([name, path]) => ({ name, reached: reachedFrom(path, modules) }))
  const worker = reachedFrom(BEGINNINGS.worker, modules)
  const names = new Map<string, string>()
  for (const { name, reached } of parts) {
    for (const id of reached) {
      const chunk = name === 'worker' || !worker.has(id) ? name : `${name}-and-worker`
      if (!names.has(id)) names.set(id, chunk)
    }
  }
  return names
}

/** What a module reads before it runs, itself included. */
function reachedFrom(path: string, modules: Modules): Set<string> {
  const reached = new Set<string>()
  const waiting = [fileURLToPath(new URL(`../${path}`, import.meta.url))]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const found = reached.has(id) ? null : modules.getModuleInfo(id)
    if (found === null) continue
    reached.add(id)
    waiting.push(...found.importedIds)
  }
  if (reached.size === 0) throw new Error(`${path} is no part of the package any more: mend scripts/chunks-of-run.ts`)
  return reached
}
