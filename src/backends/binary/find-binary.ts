import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram, isExecutable } from '../../child-process/find-program.ts'

/** A tidb-server that is at hand: the first on PATH, else the newest that tiup has installed. */
export async function findBinary(environment: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const onPath = await findProgram(['tidb-server'], { environment })
  if (onPath !== undefined) return onPath
  const components = tiupFolder(environment)
  const versions = await readdir(components).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  for (const version of versions.sort(newestFirst)) {
    if (await isExecutable(join(components, version, 'tidb-server'))) return join(components, version, 'tidb-server')
  }
  return undefined
}

/** Where tiup keeps its TiDBs, each in a folder named after its version. */
export function tiupFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment['TIUP_HOME'] ?? join(homedir(), '.tiup'), 'components', 'tidb')
}

/** v8.5.10 before v8.5.9; a release before its pre-releases (v9.0.0 before v9.0.0-beta.1). */
function newestFirst(one: string, other: string): number {
  const [oneRelease = '', onePre] = split(one)
  const [otherRelease = '', otherPre] = split(other)
  const byRelease = otherRelease.localeCompare(oneRelease, 'en', { numeric: true })
  if (byRelease !== 0) return byRelease
  if (onePre === undefined || otherPre === undefined) return onePre === otherPre ? 0 : onePre === undefined ? -1 : 1
  return otherPre.localeCompare(onePre, 'en', { numeric: true })
}

function split(version: string): [string, string?] {
  const dash = version.indexOf('-')
  return dash < 0 ? [version] : [version.slice(0, dash), version.slice(dash + 1)]
}
