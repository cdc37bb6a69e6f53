import type { Progress } from '../../backends/backend.ts'
import { binaryBackend } from '../../backends/binary/binary-backend.ts'
import { installEmbedded } from '../../backends/embedded/install-embedded.ts'
import { defaultCacheDirectory } from '../../backends/local/default-cache-directory.ts'
import type { Endpoint } from '../../connections/endpoint.ts'

const silent: Progress = { update: () => undefined, note: () => undefined }

export interface LoadServer {
  readonly endpoint: Endpoint
  readonly stop: () => Promise<void>
}

/** A TiDB of its own: the one that TIDB_BINARY names, else the embedded one. */
export async function loadServer(): Promise<LoadServer> {
  const cacheDirectory = defaultCacheDirectory()
  const path = process.env['TIDB_BINARY'] ?? (await installEmbedded({ cacheDirectory }, silent)).path
  const running = await (await binaryBackend({ path, cacheDirectory, readyDatabases: 6 })).start({ progress: silent })
  const { endpoint } = await running.openServer()
  return { endpoint, stop: () => running.stop() }
}
