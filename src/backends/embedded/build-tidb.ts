import { access, copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reaper } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { Progress } from '../backend.ts'
import { releaseOf } from '../local/binary-identity.ts'
import { type BuildPlan, COMPILE_FLAGS, linkerFlags, TIDB_SERVER_PACKAGE } from './build-plan.ts'
import { binaryOf } from './cached-build.ts'
import { assertSpace } from './disk-space.ts'
import { type GoCommand, runGo } from './go-command.ts'
import type { GoToolchain } from './go-toolchain.ts'

/** Bytes that a build writes at most, seen with Go 1.26: sources 1.9 GB, compiled packages 1.5 GB, a third more for both. */
export const BUILD_SPACE = { sources: 2.6e9, packages: 3.4e9, binary: 0.6e9 }

export interface BuildOptions {
  readonly plan: BuildPlan
  readonly go: GoToolchain
  readonly reaper: Reaper
  /** A folder that does not exist yet, on the file system of the cache. The binary is made in it. */
  readonly draft: string
  readonly space?: typeof BUILD_SPACE
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
}

/**
 * Builds the tidb-server of a plan into a draft folder.
 *
 * @throws BackendError `BACKEND_DISK_FULL` before or while writing, `BACKEND_BUILD` with Go's last words
 */
export async function buildTidb(options: BuildOptions): Promise<void> {
  const { plan, go, reaper, draft, progress, signal } = options
  const space = options.space ?? BUILD_SPACE
  const temporary = join(draft, 'temporary')
  const module = join(draft, 'module')
  await reaper.own(draft)
  await mkdir(temporary, { recursive: true })
  await mkdir(module)
  // An installed package may be read-only, and go writes beside go.mod.
  for (const name of ['go.mod', 'go.sum']) await copyFile(join(plan.moduleDirectory, name), join(module, name))
  const command: GoCommand = { reaper, go, module, temporary, signal }

  const caches = await goCaches(command)
  const binary = { directory: draft, bytes: space.binary, purpose: 'the binary' }
  const sources = { directory: caches.modules, bytes: space.sources, purpose: 'sources' }
  const packages = { directory: caches.packages, bytes: space.packages, purpose: 'compiled packages' }
  if (!(await exists(join(caches.modules, 'github.com/pingcap', `tidb@${plan.moduleVersion}`)))) {
    await assertSpace([binary, sources, packages])
    progress.note(announcement(plan, go))
  } else await assertSpace([binary])
  await download(command, progress)

  const stale = await packagesToCompile(command)
  // What is compiled already takes no more space.
  await assertSpace([binary, { ...packages, bytes: (packages.bytes * stale.compile) / Math.max(stale.all, 1) }])
  if (stale.compile > stale.all / 10) progress.note(announcement(plan, go))
  await compile(options, command, stale.compile)
  await rm(temporary, { recursive: true, force: true })
  await rm(module, { recursive: true, force: true })

  const release = await releaseOf(binaryOf(draft))
  if (release !== plan.release) {
    throw new BackendError('BACKEND_BUILD', `The built tidb-server calls itself ${release}, not ${plan.release}.`)
  }
}

function announcement(plan: BuildPlan, go: GoToolchain): string {
  return (
    `building TiDB ${plan.release} with Go ${go.version}: 4 to 10 minutes on 2 cores and about 5 GB of disk ` +
    "in Go's caches, once; later runs use the cached binary (135 MB)"
  )
}

async function goCaches(command: GoCommand): Promise<{ modules: string; packages: string }> {
  const lines: string[] = []
  await runGo(command, ['env', 'GOMODCACHE', 'GOCACHE'], (line) => lines.push(line))
  const [modules = '', packages = ''] = lines
  return { modules, packages }
}

/** `-x` tells each request when it has been answered; modules that are there already are not asked for. */
async function download(command: GoCommand, progress: Progress): Promise<void> {
  let done = 0
  await runGo(command, ['mod', 'download', '-x'], (line) => {
    if (/\.zip: 200 /.test(line)) progress.update('building TiDB: modules fetched', ++done)
  })
}

/** `go list` knows which packages are not in the build cache, as long as its flags are those of the build. */
async function packagesToCompile(command: GoCommand): Promise<{ all: number; compile: number }> {
  let all = 0
  let compile = 0
  await runGo(command, ['list', ...COMPILE_FLAGS, '-deps', '-f', '{{.Stale}}', TIDB_SERVER_PACKAGE], (line) => {
    if (line === 'true' || line === 'false') all++
    if (line === 'true') compile++
  })
  return { all, compile }
}

async function compile({ plan, draft, progress }: BuildOptions, command: GoCommand, total: number): Promise<void> {
  let done = 0
  progress.update('building TiDB: packages compiled', 0, total)
  const flags = [...COMPILE_FLAGS, '-ldflags', linkerFlags(plan), '-v', '-o', binaryOf(draft)]
  await runGo(command, ['build', ...flags, TIDB_SERVER_PACKAGE], (line) => {
    // Import paths hold no spaces; everything else that Go says is a sentence.
    if (/^[\w.~/-]+$/.test(line)) progress.update('building TiDB: packages compiled', Math.min(++done, total), total)
  })
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
