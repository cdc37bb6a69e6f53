import { randomBytes } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'

/**
 * Makes a folder of the cache, and a file in it: permissions alone do not tell (read-only mounts, root).
 *
 * @throws BackendError `BACKEND_CACHE_NOT_WRITABLE`, or `BACKEND_DISK_FULL`
 */
export async function assertWritable(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(folder, { recursive: true })
    await (await open(probe, 'wx')).close()
    await rm(probe)
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    throw new BackendError(
      full ? 'BACKEND_DISK_FULL' : 'BACKEND_CACHE_NOT_WRITABLE',
      `The cache folder ${folder} cannot be written: ${messageOf(error)}`,
      {
        remedy: full
          ? 'Free some space, or set VITEST_TIDB_CACHE to a folder on another disk.'
          : 'Make it writable, or set VITEST_TIDB_CACHE to another folder.',
        cause: error,
      },
    )
  }
}
