import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BackendError } from '../../errors/backend-error.ts'

/** What a build makes: fixed by the module files, so that equal plans give one cached binary. */
export interface BuildPlan {
  readonly moduleDirectory: string
  /** What the server calls itself. */
  readonly release: string
  /** First digits of TiDB's commit. */
  readonly commit: string
  /** Version of the module `github.com/pingcap/tidb`. */
  readonly moduleVersion: string
  /** Oldest Go that the module accepts, such as `1.25.0`. */
  readonly minimumGo: string
  /** Go's names for this machine. */
  readonly system: string
  readonly architecture: string
  /** Name of the folder in the cache: release, platform, and a digest of all that the binary depends on. */
  readonly name: string
}

export const TIDB_SERVER_PACKAGE = 'github.com/pingcap/tidb/cmd/tidb-server'

/** Shared by listing and building: Go tells what is compiled already only for the same flags. */
// The time zones are compiled in: neither a scratch image nor every machine has them.
export const COMPILE_FLAGS = ['-mod=readonly', '-trimpath', '-gcflags=all=-dwarf=false', '-tags=timetzdata']

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** @throws BackendError `BACKEND_BUILD` when go.mod is not one of ours, or there is no TiDB for this machine */
export async function readBuildPlan(moduleDirectory: string): Promise<BuildPlan> {
  const architecture = ARCHITECTURES[process.arch]
  if (architecture === undefined || !['linux', 'darwin'].includes(process.platform)) {
    throw new BackendError('BACKEND_BUILD', `TiDB cannot be built for ${process.platform} on ${process.arch}.`, {
      remedy: 'Use a container or an external server.',
    })
  }
  const [mod, sum] = await Promise.all(['go.mod', 'go.sum'].map((name) => read(join(moduleDirectory, name))))
  const find = (pattern: RegExp, what: string): string => {
    const found = pattern.exec(mod ?? '')?.[1]
    if (found !== undefined) return found
    throw new BackendError('BACKEND_BUILD', `${join(moduleDirectory, 'go.mod')} does not say ${what}.`, {
      remedy: 'Install vitest-tidb again.',
    })
  }
  const moduleVersion = find(/^\s*github\.com\/pingcap\/tidb (v\S+)/m, 'which TiDB it builds')
  const release = find(/^\/\/ release: (v\S+)$/m, 'what the built TiDB calls itself (`// release: v…`)')
  const digest = createHash('sha256')
    .update(JSON.stringify([mod, sum, COMPILE_FLAGS]))
    .digest('hex')
    .slice(0, 12)
  return {
    moduleDirectory,
    release,
    commit: moduleVersion.slice(moduleVersion.lastIndexOf('-') + 1),
    moduleVersion,
    minimumGo: find(/^go (\d+\.\d+(?:\.\d+)?)$/m, 'which Go it needs'),
    system: process.platform,
    architecture,
    name: `${release}-${process.platform}-${architecture}-${digest}`,
  }
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

/** Without symbol tables; named after its release, which a TiDB from a module does not know. */
export function linkerFlags(plan: BuildPlan): string {
  return [
    '-s -w',
    `-X github.com/pingcap/tidb/pkg/parser/mysql.TiDBReleaseVersion=${plan.release}`,
    `-X github.com/pingcap/tidb/pkg/util/versioninfo.TiDBGitHash=${plan.commit}`,
  ].join(' ')
}
