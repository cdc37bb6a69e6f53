import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BackendError } from '../../errors/backend-error.ts'
import { type Program, TIDB_SERVER } from './program.ts'

/** What a build makes: fixed by the module files, so that equal plans give one cached binary. */
export interface BuildPlan {
  readonly program: Program
  readonly moduleDirectory: string
  /** What the server calls itself. */
  readonly release: string
  /** First digits of the commit. */
  readonly commit: string
  /** Version of the program's module. */
  readonly moduleVersion: string
  /** Oldest Go that the module accepts, such as `1.25.0`. */
  readonly minimumGo: string
  /** Go's names for this machine. */
  readonly system: string
  readonly architecture: string
  /** Name of the folder in the cache: release, platform, and a digest of all that the binary depends on. */
  readonly name: string
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** @throws BackendError `BACKEND_BUILD` when go.mod is not one of ours, or there is no TiDB for this machine */
export async function readBuildPlan(moduleDirectory: string, program: Program = TIDB_SERVER): Promise<BuildPlan> {
  const architecture = ARCHITECTURES[process.arch]
  if (architecture === undefined || !['linux', 'darwin'].includes(process.platform)) {
    throw new BackendError(
      'BACKEND_BUILD',
      `${program.title} cannot be built for ${process.platform} on ${process.arch}.`,
      {
        remedy: 'Use a container or an external server.',
      },
    )
  }
  const [mod, sum, ...own] = await Promise.all(
    (await moduleFiles(moduleDirectory, program)).map((name) => read(join(moduleDirectory, name))),
  )
  const find = (pattern: RegExp, what: string): string => {
    const found = pattern.exec(mod ?? '')?.[1]
    if (found !== undefined) return found
    throw new BackendError('BACKEND_BUILD', `${join(moduleDirectory, 'go.mod')} does not say ${what}.`, {
      remedy: 'Install vitest-tidb again.',
    })
  }
  const module = new RegExp(`^\\s*${program.module.replaceAll('.', '\\.')} (v\\S+)`, 'm')
  const moduleVersion = find(module, `which ${program.module} it builds`)
  const release = find(/^\/\/ release: (v\S+)$/m, `what the built ${program.name} calls itself (\`// release: v…\`)`)
  const digest = createHash('sha256')
    .update(JSON.stringify([mod, sum, program.compileFlags, ...own]))
    .digest('hex')
    .slice(0, 12)
  return {
    program,
    moduleDirectory,
    release,
    commit: moduleVersion.slice(moduleVersion.lastIndexOf('-') + 1),
    moduleVersion,
    minimumGo: find(/^go (\d+\.\d+(?:\.\d+)?)$/m, 'which Go it needs'),
    system: process.platform,
    architecture,
    name: `${program === TIDB_SERVER ? '' : `${program.folder}-`}${release}-${process.platform}-${architecture}-${digest}`,
  }
}

/** Names of the files that a build reads from its module's folder: go.mod, go.sum, then the Go files in it. */
export async function moduleFiles(moduleDirectory: string, program: Program): Promise<string[]> {
  if (program.package !== '.') return ['go.mod', 'go.sum']
  const names = await readdir(moduleDirectory)
  return ['go.mod', 'go.sum', ...names.filter((name) => name.endsWith('.go')).toSorted()]
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new BackendError('BACKEND_BUILD', `The package is incomplete: ${file} cannot be read.`, {
      remedy: 'Install vitest-tidb again.',
      cause: error,
    })
  }
}

/** Without symbol tables; named after its release. */
export function linkerFlags(plan: BuildPlan): string {
  return ['-s -w', ...plan.program.stamps(plan).map((stamp) => `-X ${stamp}`)].join(' ')
}
