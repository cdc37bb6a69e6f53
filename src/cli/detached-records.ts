import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isAlive, ownIdentity, type ProcessIdentity } from '../child-process/process-identity.ts'
import { runFoldersRoot } from '../child-process/run-folder.ts'

/** A TiDB that `tidb-test up --detach` left running. */
export interface StartedDetached {
  /** Without a password: a server of one's own has none. */
  readonly url: string
  /** Which TiDB, for people. */
  readonly server: string
}

export interface DetachedRecord extends StartedDetached {
  readonly identity: ProcessIdentity
}

/** In the folder that this user's runs have in the system's temporary folder: a restart of the machine ends both. */
export function recordsFolder(): string {
  const folder = join(runFoldersRoot(), 'detached')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Records this process; what comes back removes the record. */
export function writeRecord(started: StartedDetached): () => void {
  const file = join(recordsFolder(), `${process.pid}.json`)
  writeFileSync(file, JSON.stringify({ ...started, identity: ownIdentity() }), { mode: 0o600 })
  return () => {
    rmSync(file, { force: true })
    removeIfEmpty(dirname(file))
  }
}

/** Those that still run. What others left when they were killed is removed. */
export function readRecords(): DetachedRecord[] {
  const folder = recordsFolder()
  const records: DetachedRecord[] = []
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
    const record = JSON.parse(readFileSync(join(folder, name), 'utf8')) as DetachedRecord
    if (isAlive(record.identity)) records.push(record)
    else rmSync(join(folder, name), { force: true })
  }
  removeIfEmpty(folder)
  return records
}

function removeIfEmpty(folder: string): void {
  for (const each of [folder, dirname(folder)]) {
    try {
      rmdirSync(each)
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return
      throw error
    }
  }
}
