import { randomBytes } from 'node:crypto'
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'

interface LockOwner extends ProcessIdentity {
  readonly host: string
  /** Differs between any two holdings of a lock, even by one process. */
  readonly nonce: string
}

const POLL_MS = 50
const HEARTBEAT_MS = 5_000
/** Processes of another host (a shared home folder) cannot be looked up; their lock counts while its file is touched. */
const FOREIGN_STALE_MS = 60_000

/**
 * Runs `work` while no other process that uses the same lock file does. The lock of a process that is
 * gone is taken over.
 *
 * @param onWait told once who holds the lock, when it has to be waited for
 * @throws what `work` throws; the signal's reason when aborted while waiting; the file system's error when the
 *   folder of the lock cannot be written
 */
export async function withLock<T>(
  path: string,
  options: { readonly onWait?: (owner: ProcessIdentity) => void; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const own: LockOwner = { ...ownIdentity(), host: hostname(), nonce: randomBytes(8).toString('hex') }
  let told = false
  while (!(await tryCreate(path, own))) {
    const owner = await readOwner(path)
    if (owner === undefined) continue
    if (await isStale(path, owner)) {
      await takeAway(path, owner, own)
      continue
    }
    if (!told) options.onWait?.(owner)
    told = true
    await delay(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => {
      throw options.signal?.reason
    })
  }
  const heartbeat = setInterval(() => {
    // A lock file that somebody removed by hand cannot be touched; the work goes on all the same.
    utimes(path, new Date(), new Date()).catch(() => clearInterval(heartbeat))
  }, HEARTBEAT_MS).unref()
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    await rm(path, { force: true })
  }
}

/** Creates the lock with its content in one step: nobody ever sees a lock without an owner. */
async function tryCreate(path: string, owner: LockOwner): Promise<boolean> {
  const draft = `${path}.${owner.nonce}.draft`
  await writeFile(draft, JSON.stringify(owner))
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockOwner
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) return { pid: 0, startTime: 'unreadable', host: hostname(), nonce: 'unreadable' }
    throw error
  }
}

async function isStale(path: string, owner: LockOwner): Promise<boolean> {
  if (owner.host === hostname()) return !isAlive(owner)
  try {
    return Date.now() - (await stat(path)).mtimeMs > FOREIGN_STALE_MS
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/**
 * Removes the lock of a dead owner. Of several processes that find the lock stale, one may do so, and only
 * while the lock is still that owner's: the right to remove it is a lock itself, named after that owner.
 */
async function takeAway(path: string, dead: LockOwner, own: LockOwner): Promise<void> {
  const right = `${path}.${dead.nonce}`
  if (await tryCreate(right, own)) {
    try {
      if ((await readOwner(path))?.nonce === dead.nonce) await rm(path, { force: true })
    } finally {
      await rm(right, { force: true })
    }
    return
  }
  const other = await readOwner(right)
  if (other !== undefined && (await isStale(right, other))) await takeAway(right, other, own)
  else await delay(POLL_MS)
}
