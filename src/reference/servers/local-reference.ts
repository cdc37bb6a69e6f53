import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startReaper } from '../../child-process/reaper-ahead.ts'
import type { ReferenceStart, RunningReference } from '../reference-server.ts'
import { startLocalServer } from './local-server.ts'
import type { ServerProgram } from './server-program.ts'
import { loadServerTemplate } from './server-template.ts'

/**
 * A MariaDB or MySQL of this machine, started on a folder and a port of its own. The system's own service and its files
 * have nothing to do with it. It ends with this process, however that ends.
 *
 * @throws BackendError `BACKEND_REFERENCE_START`, `BACKEND_SPAWN`
 */
export async function startLocalReference(program: ServerProgram, start: ReferenceStart): Promise<RunningReference> {
  const reaper = await startReaper()
  try {
    const folder = join(reaper.runFolder, 'reference')
    const options = { reaper, program, folder, signal: start.signal }
    const template = await loadServerTemplate(options, start)
    await mkdir(folder, { mode: 0o700 })
    await template.extract(join(folder, 'data'))
    const { product, version, name, port } = await startLocalServer(options)
    let stopped: Promise<void> | undefined
    return {
      product,
      version,
      name,
      endpoint: { host: '127.0.0.1', port, user: 'root' },
      detail: program.path,
      stop: () => (stopped ??= reaper.close()),
    }
  } catch (error) {
    await reaper.close()
    throw error
  }
}
