import { backendFor } from '../backends/assemble.ts'
import type { Progress, RunningBackend, RunningServer } from '../backends/backend.ts'
import { banner } from '../backends/banner.ts'
import { urlOf } from '../connections/endpoint.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { loadSchema } from '../databases/schema.ts'

/** A TiDB as a test run would use it. */
export interface StartedTidb {
  readonly running: RunningBackend
  readonly server: RunningServer
  /** URL of each TiDB, where it is one of a cluster. */
  readonly urls: readonly string[]
  /** Which TiDB, its version, its store, where it came from. */
  readonly banner: string
  /** Ends what was started here; leaves an external server alone. */
  stop(): Promise<void>
}

/** `port` is that of SQL; one that is free when not given. @throws BackendError, ConnectError; the signal's reason */
export async function startTidb(
  config: ResolvedConfig,
  progress: Progress,
  signal: AbortSignal,
  port?: number,
): Promise<StartedTidb> {
  const { backend, tried } = await backendFor(config, signal)
  const schema = config.schema === undefined ? {} : { schema: await loadSchema(config.schema) }
  const running = await backend.start({ progress, signal, ...schema, ...(port === undefined ? {} : { port }) })
  try {
    const server = await running.openServer(signal)
    return { running, server, urls: urlsOf(server), banner: banner(running, tried), stop: () => running.stop() }
  } catch (error) {
    await running.stop()
    throw error
  }
}

function urlsOf({ cluster, endpoint }: RunningServer): readonly string[] {
  if (cluster === undefined) return [urlOf(endpoint)]
  const tidbs = cluster.describe().nodes.filter(({ role }) => role === 'tidb')
  return tidbs.map(({ name }) => urlOf(cluster.endpointOf(name)))
}
