import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startReaper } from '../../child-process/reaper-ahead.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { RunningServer } from '../backend.ts'
import { LocalServer } from './server.ts'
import { startServerProcess } from './server-process.ts'
import { STOP_GRACE_MS, stopGracefully } from './stop-gracefully.ts'

/**
 * Starts a tidb-server on data that was kept (`stop({ keepData: true })`). What it writes stays there: it is always
 * ended gracefully, and its directory is never removed.
 *
 * @param binary path of a tidb-server, of the version that wrote the data or a later one
 * @throws BackendError `BACKEND_DATA_DIRECTORY` when there is no data, and what starting a server throws
 */
export async function startOnDirectory(binary: string, dataDirectory: string): Promise<RunningServer> {
  const directory = resolve(dataDirectory)
  try {
    await access(join(directory, 'kv'))
  } catch (error) {
    throw new BackendError('BACKEND_DATA_DIRECTORY', `${directory} holds no data of a local TiDB.`, {
      remedy: 'Give the directory that was printed when the database was kept.',
      cause: error,
    })
  }
  const reaper = await startReaper()
  try {
    const server = await startServerProcess({
      reaper,
      binary,
      folder: join(reaper.runFolder, 'server'),
      dataDirectory: directory,
      graceMilliseconds: STOP_GRACE_MS,
    })
    return new LocalServer({
      server,
      readyDatabases: [],
      dataDirectory: directory,
      end: async () => {
        await stopGracefully(server)
        await reaper.close()
        return directory
      },
    })
  } catch (error) {
    await reaper.close()
    throw error
  }
}
