import { fileURLToPath } from 'node:url'
import type { Rolldown } from 'tsdown'

/** Where a worker begins to read the package. */
const WORKER = 'public/index.ts'

/** Where the command begins. It reads little, so that its help is quick: what others read too is in files of its own. */
const COMMAND = ['src/cli/main.ts', 'src/cli/run.ts']

/** Where others begin. What several of them read belongs to the first. */
const OTHERS = {
  reaper: ['src/child-process/reaper.ts'],
  plugin: ['public/plugin.ts'],
  start: ['src/vitest/global-setup.ts'],
  broker: ['src/databases/broker-calls.ts', 'src/databases/broker-peer.ts', 'src/connections/open-session.ts'],
  container: ['src/backends/container/container-backend.ts'],
  engine: ['public/engine.ts'],
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
  const worker = reachedFrom(WORKER, modules)
  const names = new Map<string, string>()
  const put = (id: string, name: string): void => void (names.has(id) || names.set(id, name))
  const others = Object.entries(OTHERS).map(
    ([name, paths]) => [name, new Set(paths.flatMap((path) => [...reachedFrom(path, modules)]))] as const,
  )
  for (const id of COMMAND.flatMap((path) => [...reachedFrom(path, modules)])) {
    if (worker.has(id)) put(id, 'command-and-worker')
    else if (others.some(([, reached]) => reached.has(id))) put(id, 'command-and-run')
  }
  for (const [name, reached] of others) {
    for (const id of reached) put(id, worker.has(id) ? `${name}-and-worker` : name)
  }
  // Code of `src` may be asked for by anybody, and that of the fixtures must not be read outside of a test.
  for (const id of worker) put(id, /[\\/]fixtures[\\/]/.test(id) ? 'worker' : 'engine-and-worker')
  // Reading one of these begins something: it must stay apart from what others read.
  for (const path of [WORKER, ...COMMAND, ...Object.values(OTHERS).flat()]) names.delete(pathOf(path))
  return names
}

/** What a module reads before it runs, itself included. */
function reachedFrom(path: string, modules: Modules): Set<string> {
  const reached = new Set<string>()
  const waiting = [pathOf(path)]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const found = reached.has(id) ? null : modules.getModuleInfo(id)
    if (found === null) continue
    reached.add(id)
    waiting.push(...found.importedIds)
  }
  if (reached.size === 0) throw new Error(`${path} is no part of the package any more: mend scripts/chunks-of-run.ts`)
  return reached
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}
