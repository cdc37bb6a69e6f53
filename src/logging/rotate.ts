import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import type { LogFileOptions } from './log-file.ts'

/** Renaming takes microseconds: a lock this old was left by a process that was killed in the middle. */
const STALE_LOCK_MS = 5_000

/**
 * Moves `run.log` to `run.log.1`, that to `run.log.2` and so on; the oldest goes. One process at a time does it, after it
 * has asked again whether it is still `due`. Where another one is at it, this one goes on with the file it has: a file
 * may so become a few lines longer than its size allows, but no line is lost.
 */
export function rotate({ path, maxFiles }: LogFileOptions, due: () => boolean): void {
  const lock = `${path}.lock`
  if (!take(lock)) return
  try {
    if (!due()) return
    for (let number = maxFiles - 1; number >= 1; number--) {
      const from = number === 1 ? path : `${path}.${number - 1}`
      if (existsSync(from)) renameSync(from, `${path}.${number}`)
    }
    if (maxFiles === 1) rmSync(path, { force: true })
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const held = statSync(lock, { throwIfNoEntry: false })
    // The next line that finds the file full takes it.
    if (held !== undefined && Date.now() - held.mtimeMs > STALE_LOCK_MS) rmSync(lock, { force: true })
    return false
  }
}
