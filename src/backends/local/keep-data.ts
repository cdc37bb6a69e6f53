import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import { nonZeroExtents } from './extents.ts'
import { writeWhole } from './write-whole.ts'

/**
 * Moves the data of a stopped server to `CACHE/kept/`, where no run removes it.
 *
 * @returns its directory there
 * @throws BackendError `BACKEND_KEEP` when it cannot be moved
 */
export async function keepData(dataDirectory: string, cacheDirectory: string, name: string): Promise<string> {
  const kept = join(cacheDirectory, 'kept')
  const target = join(kept, name)
  try {
    await mkdir(kept, { recursive: true })
    try {
      await rename(dataDirectory, target)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      await copySparsely(dataDirectory, target)
      await rm(dataDirectory, { recursive: true, force: true })
    }
    return target
  } catch (error) {
    throw new BackendError('BACKEND_KEEP', `Cannot keep the data of a server in ${target}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** Node's own copy fills holes, and one of TiDB's files is 256 MB of them. */
async function copySparsely(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, basename(entry.name))]
    if (entry.isDirectory()) await copySparsely(source, target)
    else if (entry.isFile()) await copyFileSparsely(source, target)
  }
}

async function copyFileSparsely(from: string, to: string): Promise<void> {
  await using source = await open(from, 'r')
  await using target = await open(to, 'wx', 0o600)
  await target.truncate((await source.stat()).size)
  for await (const { offset, bytes } of nonZeroExtents(source)) {
    await writeWhole(target, bytes, offset)
  }
}
