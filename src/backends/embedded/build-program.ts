import { access, copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reaper } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { Progress } from '../backend.ts'
import { releaseOf } from '../local/binary-identity.ts'
import { type BuildPlan, linkerFlags, moduleFiles } from './build-plan.ts'
import { binaryOf } from './cached-build.ts'
import { assertSpace } from './disk-space.ts'
import { type GoCommand, runGo } from './go-command.ts'
import type { GoToolchain } from './go-toolchain.ts'
import type { BuildSpace, Program } from './program.ts'

export interface BuildOptions {
  readonly plan: BuildPlan
  readonly go: GoToolchain
  readonly reaper: Reaper
  /** A folder that does not exist yet, on the file system of the cache. The binary is made in it. */
  readonly draft: string
  readonly space?: BuildSpace
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
}

/**
 * Builds the program of a plan into a draft folder.
 *
 * @throws BackendError `BACKEND_DISK_FULL` before or while writing, `BACKEND_BUILD` with Go's last words
 */
export async function buildProgram(options: BuildOptions): Promise<void> {
  const { plan, go, reaper, draft, progress, signal } = options
  const { program } = plan
  const space = options.space ?? program.space
  const temporary = join(draft, 'temporary')
  const module = join(draft, 'module')
  await reaper.own(draft)
  await mkdir(temporary, { recursive: true })
  await mkdir(module)
  // An installed package may be read-only, and go writes beside go.mod.
  for (const name of await moduleFiles(plan.moduleDirectory, program))
    await copyFile(join(plan.moduleDirectory, name), join(module, name))
  const command: GoCommand = { reaper, go, module, temporary, signal }

  const caches = await goCaches(command)
  const binary = { directory: draft, bytes: space.binary, purpose: 'the binary' }
  const sources = { directory: caches.modules, bytes: space.sources, purpose: 'sources' }
  const packages = { directory: caches.packages, bytes: space.packages, purpose: 'compiled packages' }
  if (!(await exists(join(caches.modules, `${program.module}@${plan.moduleVersion}`)))) {
    await assertSpace([binary, sources, packages])
    progress.note(announcement(plan, go))
  } else await assertSpace([binary])
  await download(command, progress)

  const stale = await packagesToCompile(program, command)
  // What is compiled already takes no more space.
  await assertSpace([binary, { ...packages, bytes: (packages.bytes * stale.compile) / Math.max(stale.all, 1) }])
  if (stale.compile > stale.all / 10) progress.note(announcement(plan, go))
  await compile(options, command, stale.compile)
  await rm(temporary, { recursive: true, force: true })
  await rm(module, { recursive: true, force: true })

  const release = await releaseOf(binaryOf(draft, program.name), program.name)
  if (release !== plan.release) {
    throw new BackendError('BACKEND_BUILD', `The built ${program.name} calls itself ${release}, not ${plan.release}.`)
  }
}

function announcement(plan: BuildPlan, go: GoToolchain): string {
  return (
    `building ${plan.program.title} ${plan.release} with Go ${go.version}: ${plan.program.expectation} ` +
    "in Go's caches, once; later runs use the cached binary"
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
async function packagesToCompile(program: Program, command: GoCommand): Promise<{ all: number; compile: number }> {
  let all = 0
  let compile = 0
  await runGo(command, ['list', ...program.compileFlags, '-deps', '-f', '{{.Stale}}', program.package], (line) => {
    if (line === 'true' || line === 'false') all++
    if (line === 'true') compile++
  })
  return { all, compile }
}

async function compile({ plan, draft, progress }: BuildOptions, command: GoCommand, total: number): Promise<void> {
  let done = 0
  const { program } = plan
  const message = `building ${program.title}: packages compiled`
  progress.update(message, 0, total)
  const output = binaryOf(draft, program.name)
  const flags = [...program.compileFlags, '-ldflags', linkerFlags(plan), '-v', '-o', output]
  await runGo(command, ['build', ...flags, program.package], (line) => {
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
