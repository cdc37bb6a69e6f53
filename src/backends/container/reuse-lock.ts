import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../../child-process/lock-file.ts'
import { defaultCacheDirectory } from '../local/default-cache-directory.ts'

/**
 * Testcontainers keeps two starts of one process from making the same reusable container twice; this keeps two
 * processes from it.
 */
export async function withReuseLock<T>(image: string, start: () => Promise<T>): Promise<T> {
  const folder = join(defaultCacheDirectory(), 'containers')
  await mkdir(folder, { recursive: true })
  const name = createHash('sha256').update(image).digest('hex').slice(0, 16)
  return await withLock(join(folder, `reuse-${name}.lock`), {}, start)
}
