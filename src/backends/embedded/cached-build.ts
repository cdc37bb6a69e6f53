import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../local/binary-identity.ts'
import type { Program } from './program.ts'

interface BuildManifest {
  readonly sha256: string
  readonly size: number
  readonly mtimeMs: number
  readonly release: string
}

export function binaryOf(folder: string, program: Program['name']): string {
  return join(folder, program)
}

function manifestOf(folder: string): string {
  return join(folder, 'manifest.json')
}

/**
 * The binary of a finished build, checked: size and time on each use, the digest when the time is another
 * (a restored cache). `damaged` when there is something that is not what was built.
 */
export async function findCachedBuild(
  folder: string,
  program: Program['name'] = 'tidb-server',
): Promise<string | 'damaged' | undefined> {
  const binary = binaryOf(folder, program)
  try {
    const manifest = JSON.parse(await readFile(manifestOf(folder), 'utf8')) as BuildManifest
    const { size, mtimeMs } = await stat(binary)
    if (size !== manifest.size) return 'damaged'
    if (mtimeMs !== manifest.mtimeMs && (await digestOf(binary)) !== manifest.sha256) return 'damaged'
    return binary
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged'
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return (await exists(folder)) ? 'damaged' : undefined
  }
}

/** Makes a finished build the one that is used: all of it is on the disk before it gets its name. */
export async function publishBuild(
  draft: string,
  folder: string,
  { program, release }: { readonly program: Program; readonly release: string },
): Promise<string> {
  const binary = binaryOf(draft, program.name)
  const sha256 = await digestOf(binary)
  const { size, mtimeMs } = await stat(binary)
  const manifest: BuildManifest = { sha256, size, mtimeMs, release }
  await writeFile(manifestOf(draft), `${JSON.stringify(manifest, undefined, 2)}\n`)
  for (const file of [binary, manifestOf(draft)]) await flush(file)
  await rm(folder, { recursive: true, force: true })
  await rename(draft, folder)
  return binaryOf(folder, program.name)
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function exists(folder: string): Promise<boolean> {
  return await stat(folder).then(
    () => true,
    () => false,
  )
}
