import { fileURLToPath } from 'node:url'
import type { Rolldown } from 'tsdown'

/** Where a worker begins to read the package. */
const WORKER = 'public/index.ts'

/** What has chunks of its own: where it begins, and what else it reads later or others read with it. */
interface Group {
  readonly begins: readonly string[]
  readonly reads?: readonly string[]
}

/** A process that starts beside all runs, and must not keep them waiting: it reads nothing but this. */
const SMALL: Group = {
  begins: ['src/child-process/reaper.ts'],
  reads: ['src/errors/backend-error.ts', 'src/errors/config-error.ts'],
}

/** Where the command begins. It reads little, so that its help is quick: what others read too is in files of its own. */
const COMMAND: Group = { begins: ['src/cli/main.ts', 'src/cli/run.ts'] }

/** Where others begin. What several of them read belongs to the first. */
const OTHERS: Readonly<Record<string, Group>> = {
  plugin: { begins: ['public/plugin.ts'] },
  start: { begins: ['src/vitest/global-setup.ts'] },
  broker: {
    begins: ['src/databases/broker-calls.ts', 'src/databases/broker-peer.ts'],
    reads: ['src/connections/open-session.ts'],
  },
  container: { begins: ['src/backends/container/container-backend.ts'] },
  engine: { begins: ['public/engine.ts'] },
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
  const others = Object.entries(OTHERS).map(([name, group]) => [name, readBy(group, modules)] as const)
  for (const id of readBy(SMALL, modules)) put(id, 'small')
  for (const id of readBy(COMMAND, modules)) {
    if (worker.has(id)) put(id, 'command-and-worker')
    else if (others.some(([, read]) => read.has(id))) put(id, 'command-and-run')
  }
  for (const [name, read] of others) {
    for (const id of read) put(id, worker.has(id) ? `${name}-and-worker` : name)
  }
  // Code of `src` may be asked for by anybody, and that of the fixtures must not be read outside of a test.
  for (const id of worker) put(id, /[\\/]fixtures[\\/]/.test(id) ? 'worker' : 'engine-and-worker')
  // Reading one of these begins something: it must stay apart from what others read.
  const beginnings = [SMALL, COMMAND, ...Object.values(OTHERS)].flatMap(({ begins }) => begins)
  for (const path of [WORKER, ...beginnings]) names.delete(pathOf(path))
  return names
}

function readBy({ begins, reads = [] }: Group, modules: Modules): Set<string> {
  return new Set([...begins, ...reads].flatMap((path) => [...reachedFrom(path, modules)]))
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
