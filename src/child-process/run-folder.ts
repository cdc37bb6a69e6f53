import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { BackendError } from '../errors/backend-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import {
  isAlive,
  ownIdentity,
  type ProcessIdentity,
  processesWhoseCommandHolds,
  signalIfAlive,
} from './process-identity.ts'

const OWNER_FILE = 'owner.json'
const CREATE_ATTEMPTS = 5
/** A folder without its final name is one whose maker is at work, or was killed within a few milliseconds. */
const NAMELESS_FOLDER_AGE_MS = 60_000

/** Where the run folders of this user are: `vitest-tidb-UID` in the system's temporary folder. */
export function runFoldersRoot(): string {
  return join(tmpdir(), `vitest-tidb-${process.getuid?.() ?? 'user'}`)
}

/**
 * Makes a folder, readable by its owner only, that holds everything a run writes but caches.
 * It carries the identity of this process, so that a later run can tell whether it is still in use.
 *
 * @throws BackendError `BACKEND_RUN_FOLDER` when the folder above it cannot be written or is somebody else's.
 */
export async function createRunFolder(root: string = runFoldersRoot()): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeRunFolder(root)
    } catch (error) {
      // Another run that ends removes the folder above when it is empty, as it is for a moment.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && attempt < CREATE_ATTEMPTS) continue
      throw new BackendError(
        'BACKEND_RUN_FOLDER',
        `Cannot make a folder for this run in ${root}: ${messageOf(error)}`,
        {
          remedy: 'Set TMPDIR to a folder that you can write, on a local file system.',
          cause: error,
        },
      )
    }
  }
}

async function makeRunFolder(root: string): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const found = await lstat(root)
  // In a temporary folder that all share, a folder or link of that name could be a trap laid by somebody else.
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw new Error('it is not a folder of this user')
  }
  const name = randomBytes(6).toString('hex')
  const nameless = join(root, `new-${name}`)
  await mkdir(nameless, { mode: 0o700 })
  await writeFile(join(nameless, OWNER_FILE), JSON.stringify(ownIdentity()))
  const folder = join(root, `run-${name}`)
  await rename(nameless, folder)
  return folder
}

/** Ends every server that was started out of the folder, and removes the folder. */
export async function removeRunFolder(folder: string): Promise<void> {
  // A tidb-server is started with a configuration file inside its run folder, a reference with its data there.
  for (const mark of [`-config ${folder}/`, `--datadir=${folder}/`]) {
    for (const pid of processesWhoseCommandHolds(mark)) signalIfAlive(pid)
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  await rmdir(dirname(folder)).catch((error: NodeJS.ErrnoException) => {
    // Other runs are in it, or another one that ended has just removed it.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error
  })
}

/** Removes what runs left behind whose reaper is gone (power loss, a killed container). Returns the folders. */
export async function sweepRunFolders(root: string = runFoldersRoot()): Promise<string[]> {
  const swept: string[] = []
  for (const name of await readdir(root)) {
    const folder = join(root, name)
    if (await isAbandoned(folder, name)) {
      await removeRunFolder(folder)
      swept.push(folder)
    }
  }
  return swept
}

async function isAbandoned(folder: string, name: string): Promise<boolean> {
  try {
    if (name.startsWith('new-')) return Date.now() - (await stat(folder)).mtimeMs > NAMELESS_FOLDER_AGE_MS
    if (!name.startsWith('run-')) return false
    return !isAlive(JSON.parse(await readFile(join(folder, OWNER_FILE), 'utf8')) as ProcessIdentity)
  } catch (error) {
    // Another sweep, or its own reaper, has it already; a folder without owner is half removed: finish that.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && name.startsWith('run-')
  }
}
