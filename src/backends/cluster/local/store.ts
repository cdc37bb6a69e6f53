import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reaper } from '../../../child-process/reaper-client.ts'
import { type NodeProcess, startNodeProcess } from './node-process.ts'

export interface StorePlace {
  readonly name: string
  readonly folder: string
  readonly dataDirectory: string
  readonly port: number
  readonly statusPort: number
  /** Client addresses of PD, separated by commas. */
  readonly pd: string
}

/** @returns undefined when a port was taken meanwhile */
export async function startStore(
  reaper: Reaper,
  binary: string,
  place: StorePlace,
  signal: AbortSignal | undefined,
): Promise<NodeProcess | undefined> {
  const { name, folder, dataDirectory, port, statusPort, pd } = place
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const logFile = join(folder, 'store.log')
  const config = join(folder, 'store.toml')
  await writeFile(config, '', { mode: 0o600 })
  return await startNodeProcess({
    reaper,
    title: `The store (${name})`,
    binary,
    // The first argument names the run folder: a sweep finds servers by it.
    arguments: [
      ['--config', config],
      ['--addr', `127.0.0.1:${port}`],
      ['--status-addr', `127.0.0.1:${statusPort}`],
      ['--pd', pd],
      ['--data-dir', dataDirectory],
      ['--log-file', logFile],
    ].flat(),
    folder,
    logFile,
    outputFile: join(folder, 'output.log'),
    ready: (waiting) => servesData(`http://127.0.0.1:${statusPort}/config`, dataDirectory, waiting),
    signal,
  })
}

/** Whether the store with this data directory answers there: somebody else may have taken the port. */
async function servesData(url: string, dataDirectory: string, signal: AbortSignal): Promise<boolean> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) })
    const config = (await reply.json()) as { storage?: { 'data-dir'?: unknown } }
    return config.storage?.['data-dir'] === dataDirectory
  } catch {
    // Nobody listens yet.
    return false
  }
}
