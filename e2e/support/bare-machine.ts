import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { UserProject } from './user-project.ts'

/** The environment of a machine on which there is neither a TiDB nor anything that could provide one. */
export async function bareMachine(project: UserProject): Promise<NodeJS.ProcessEnv> {
  const home = join(project.folder, 'home')
  await mkdir(home)
  return {
    PATH: home,
    HOME: home,
    XDG_CACHE_HOME: undefined,
    XDG_RUNTIME_DIR: home,
    VITEST_TIDB_CACHE: join(home, 'cache'),
    DOCKER_HOST: 'tcp://127.0.0.1:1',
    // Go's usual folders are searched whatever PATH says.
    TIDB_GO: join(home, 'go'),
    ...noTidb,
  }
}

/** Takes away what the machine's own settings say about a TiDB. */
export const noTidb: NodeJS.ProcessEnv = {
  TIDB_BACKEND: undefined,
  TIDB_BINARY: undefined,
  TIDB_HOST: undefined,
  TIDB_PORT: undefined,
  TIDB_USER: undefined,
  TIDB_PASSWORD: undefined,
}

/** A go command that says a version, names its caches, and compiles one package without ever ending. */
export async function fakeGo(project: UserProject, version: string): Promise<string> {
  const path = join(project.folder, 'bin', 'go')
  await project.write(
    'bin/go',
    `#!/bin/sh
case "$1" in
  version) echo "go version ${version} linux/amd64" ;;
  env) echo ${project.folder}/modules; echo ${project.folder}/packages ;;
  list) echo true ;;
  build) echo github.com/pingcap/tidb/pkg/kv >&2; exec tail -f ${project.folder}/bin/go ;;
esac
`,
  )
  await chmod(path, 0o755)
  return path
}

/** The tidb-server that a run on this machine starts, be it named, found or built; undefined if it starts none. */
export async function localBinary(project: UserProject): Promise<string | undefined> {
  const { output } = await project.vitest()
  return /, from (?:binary|embedded): (\S+)/.exec(output)?.[1]
}

/** A file system of its own of so many megabytes; undefined where this user may not mount one. */
export async function smallDisk(project: UserProject, megabytes: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  const folder = await mkdtemp(join(project.folder, 'disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0) {
    await rm(folder, { recursive: true })
    return undefined
  }
  onTestFinished(() => void spawnSync('umount', [folder]))
  return folder
}
