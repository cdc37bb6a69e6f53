import type { Endpoint } from '../../connections/endpoint.ts'
import type { RunningServer, ServerDeath } from '../backend.ts'
import type { ServerControl } from '../server-control.ts'
import type { RunningCluster } from './cluster.ts'
import { tidbControl } from './tidb-control.ts'

/** A cluster as whoever needs just a TiDB sees it: its first one. */
export class ClusterServer implements RunningServer {
  readonly cluster: RunningCluster
  readonly readyDatabases: readonly string[]
  readonly died: Promise<ServerDeath>
  readonly endpoint: Endpoint
  readonly control: ServerControl
  readonly #end: () => Promise<void>
  #stopped: Promise<void> | undefined

  constructor(
    cluster: RunningCluster,
    readyDatabases: readonly string[],
    died: Promise<ServerDeath>,
    end: () => Promise<void>,
  ) {
    this.cluster = cluster
    this.readyDatabases = readyDatabases
    this.endpoint = cluster.endpointOf('tidb-1')
    this.control = tidbControl(cluster, 'tidb-1')
    this.#end = end
    this.died = died
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }
}
