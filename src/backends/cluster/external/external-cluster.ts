import type { Endpoint } from '../../../connections/endpoint.ts'
import type { ClusterDescription, ClusterNode, ClusterStore, RunningCluster } from '../cluster.ts'
import { noSuchNode, notOurs } from '../node-errors.ts'

/** A TiDB that somebody else runs. */
export interface ExternalTidb {
  readonly endpoint: Endpoint
  /** `host:port` under which the cluster knows it. */
  readonly address: string
}

/** Somebody else's: sessions on each of its TiDBs, and nothing that changes it. */
export class ExternalCluster implements RunningCluster {
  readonly #tidbs: ReadonlyMap<string, ExternalTidb>
  readonly #store: ClusterStore

  constructor(tidbs: readonly ExternalTidb[], store: ClusterStore) {
    this.#tidbs = new Map(tidbs.map((tidb, index) => [`tidb-${index + 1}`, tidb]))
    this.#store = store
  }

  describe(): ClusterDescription {
    const nodes = [...this.#tidbs].map(([name, { endpoint, address }]) => ({
      name,
      role: 'tidb' as const,
      status: 'unknown' as const,
      host: endpoint.host,
      port: endpoint.port,
      address,
    }))
    return { source: 'external', store: this.#store, nodes }
  }

  endpointOf(name: string): Endpoint {
    const tidb = this.#tidbs.get(name)
    if (tidb === undefined) throw noSuchNode(name, [...this.#tidbs.keys()])
    return tidb.endpoint
  }

  act(action: string, name: string): Promise<ClusterDescription> {
    return Promise.reject(notOurs(`${name} cannot be told to ${action}`))
  }

  addTidb(): Promise<ClusterNode> {
    return Promise.reject(notOurs('A tidb-server cannot be added'))
  }

  restore(): Promise<readonly string[]> {
    return Promise.resolve([])
  }
}
