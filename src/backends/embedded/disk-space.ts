import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BackendError } from '../../errors/backend-error.ts'

export interface SpaceNeed {
  readonly directory: string
  readonly bytes: number
  /** What it is for, for the message. */
  readonly purpose: string
}

/**
 * Compares what will be written with what is free; needs on the same file system add up.
 *
 * @throws BackendError `BACKEND_DISK_FULL`
 */
export async function assertSpace(needs: readonly SpaceNeed[]): Promise<void> {
  const bySystem = new Map<number, SpaceNeed[]>()
  for (const need of needs) {
    const { dev } = await stat(await existingParent(need.directory))
    bySystem.set(dev, [...(bySystem.get(dev) ?? []), need])
  }
  for (const together of bySystem.values()) {
    const directory = together[0]?.directory ?? ''
    const { bavail, bsize } = await statfs(await existingParent(directory))
    const needed = together.reduce((sum, { bytes }) => sum + bytes, 0)
    if (bavail * bsize < needed) {
      const purposes = together.map(({ purpose, bytes }) => `${purpose} ${gigabytes(bytes)}`).join(', ')
      throw new BackendError(
        'BACKEND_DISK_FULL',
        `Not enough disk space to build TiDB: ${gigabytes(bavail * bsize)} free at ${directory}, ` +
          `${gigabytes(needed)} needed (${purposes}).`,
        { remedy: 'Free some space, or set GOCACHE, GOMODCACHE and VITEST_TIDB_CACHE to folders on a larger disk.' },
      )
    }
  }
}

async function existingParent(directory: string): Promise<string> {
  for (let folder = directory; ; folder = dirname(folder)) {
    try {
      await stat(folder)
      return folder
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || folder === dirname(folder)) throw error
    }
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
