import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { identifyBinary } from '../local/binary-identity.ts'
import type { BuildPlan } from './build-plan.ts'

/** What a package of a built tidb-server says of it, in `manifest.json`. */
export interface PackagedServerManifest {
  /** Name of the build plan: release, platform, and a digest of all that the binary depends on. */
  readonly plan: string
  readonly sha256: string
}

/** Name of the package that brings the tidb-server for a platform. */
export function serverPackageName(platform: string = process.platform, architecture: string = process.arch): string {
  return `@vitest-tidb/server-${platform}-${architecture}`
}

/**
 * The tidb-server of the package for this platform, where one is installed beside this package or in the project, and was
 * built from the same plan as this package would build from. Its checksum is compared before it is run.
 *
 * @throws BackendError `BACKEND_BINARY` when it is not what was published
 */
export async function packagedServer(plan: BuildPlan, cacheDirectory: string): Promise<string | undefined> {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    const folder = folderOf(from)
    const manifest = folder === undefined ? undefined : await readManifest(join(folder, 'manifest.json'))
    if (folder === undefined || manifest?.plan !== plan.name) continue
    return (await identifyBinary(join(folder, 'tidb-server'), cacheDirectory, manifest.sha256)).path
  }
  return undefined
}

function folderOf(from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve(`${serverPackageName()}/package.json`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

async function readManifest(path: string): Promise<PackagedServerManifest | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PackagedServerManifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
