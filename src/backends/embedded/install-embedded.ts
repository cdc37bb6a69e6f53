import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../../child-process/lock-file.ts'
import { startReaper } from '../../child-process/reaper-ahead.ts'
import type { Reaper } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { Progress } from '../backend.ts'
import { assertWritable } from '../local/assert-writable.ts'
import { type BuildPlan, readBuildPlan } from './build-plan.ts'
import { buildProgram } from './build-program.ts'
import { findCachedBuild, publishBuild } from './cached-build.ts'
import { findGo } from './go-toolchain.ts'
import { moduleFolder } from './module-folder.ts'
import { packagedServer } from './packaged-server.ts'
import { type BuildSpace, type Program, TIDB_SERVER } from './program.ts'

export interface EmbeddedOptions {
  readonly cacheDirectory: string
  /** The go command. Default: the first on PATH. */
  readonly goBinary?: string
  /** A folder with the go.mod and go.sum to build from. Default: the one in this package. */
  readonly moduleDirectory?: string
  /** Bytes that must be free. Default: what a build was seen to write. */
  readonly space?: BuildSpace
  /** What is built. Default: tidb-server. */
  readonly program?: Program
}

export interface InstalledBinary {
  readonly path: string
  /** What the server calls itself, such as `v8.5.4`. */
  readonly version: string
  readonly fromCache: boolean
}

/**
 * Gives the path of a real tidb-server (or another program), built with the Go toolchain unless an installed package or
 * the cache holds it.
 * Two processes never build the same one at once; an interrupted build leaves nothing but Go's own caches.
 *
 * @throws BackendError `BACKEND_GO_MISSING`, `BACKEND_GO_TOO_OLD`, `BACKEND_DISK_FULL`, `BACKEND_BUILD`,
 *   `BACKEND_CACHE_NOT_WRITABLE`; the signal's reason
 */
export async function installEmbedded(
  options: EmbeddedOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<InstalledBinary> {
  const plan = await embeddedPlan(options)
  const packaged = await packagedServer(plan, options.cacheDirectory)
  if (packaged !== undefined) return { path: packaged, version: plan.release, fromCache: true }
  const cached = await cachedBuild(options, plan)
  if (cached !== undefined && cached !== 'damaged') return { path: cached, version: plan.release, fromCache: true }
  const reaper = await startReaper()
  try {
    return await installWith(options, plan, reaper, progress, signal)
  } finally {
    await reaper.close()
  }
}

export async function embeddedPlan(options: EmbeddedOptions): Promise<BuildPlan> {
  const program = options.program ?? TIDB_SERVER
  return await readBuildPlan(options.moduleDirectory ?? moduleFolder(program.folder), program)
}

export function buildFolder(options: EmbeddedOptions, plan: BuildPlan): string {
  return join(options.cacheDirectory, 'embedded', plan.name)
}

/** The binary of a plan, if it was built before. */
export async function cachedBuild(options: EmbeddedOptions, plan: BuildPlan): Promise<string | 'damaged' | undefined> {
  return await findCachedBuild(buildFolder(options, plan), plan.program.name)
}

export async function installWith(
  options: EmbeddedOptions,
  plan: BuildPlan,
  reaper: Reaper,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<InstalledBinary> {
  const folder = buildFolder(options, plan)
  const installed = (path: string, fromCache: boolean): InstalledBinary => ({ path, version: plan.release, fromCache })
  const { program } = plan
  const cached = await findCachedBuild(folder, program.name)
  if (cached !== undefined && cached !== 'damaged') return installed(cached, true)
  const go = await findGo(options.goBinary, plan.minimumGo)
  await assertWritable(join(options.cacheDirectory, 'embedded'))
  const onWait = ({ pid }: { pid: number }): void =>
    progress.note(`waiting for process ${pid}, which is building the same ${program.name}`)
  return await withLock(`${folder}.lock`, { onWait, signal }, async () => {
    const found = await findCachedBuild(folder, program.name)
    if (found !== undefined && found !== 'damaged') return installed(found, true)
    if (found === 'damaged') progress.note(`the binary in ${folder} is not what was built: building it again`)
    await removeDrafts(folder)
    const draft = `${folder}.draft-${randomBytes(4).toString('hex')}`
    try {
      await buildProgram({ ...options, plan, go, reaper, draft, progress, signal })
      return installed(await publishBuild(draft, folder, plan), false)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      throw new BackendError(
        'BACKEND_DISK_FULL',
        `The disk is full: ${program.title} was not built. ${messageOf(error)}`,
        {
          remedy: 'Free some space, or set VITEST_TIDB_CACHE to a folder on a larger disk.',
          cause: error,
        },
      )
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  })
}

/** What a build left that was cut off together with its reaper. Only the holder of the lock may. */
async function removeDrafts(folder: string): Promise<void> {
  const parent = join(folder, '..')
  for (const name of await readdir(parent)) {
    const path = join(parent, name)
    if (path.startsWith(`${folder}.draft-`)) await rm(path, { recursive: true, force: true })
  }
}
