import type { Endpoint } from '../../../connections/endpoint.ts'
import type { ClusterDescription, ClusterNode, ClusterStore, RunningCluster } from '../cluster.ts'
import { noSuchNode, notOurs } from '../node-errors.ts'

/** Somebody else's: sessions on each of its TiDBs, and nothing that changes it. */
export class ExternalCluster implements RunningCluster {
  readonly #endpoints: ReadonlyMap<string, Endpoint>
  readonly #store: ClusterStore

  constructor(endpoints: readonly Endpoint[], store: ClusterStore) {
    this.#endpoints = new Map(endpoints.map((endpoint, index) => [`tidb-${index + 1}`, endpoint]))
    this.#store = store
  }

  describe(): ClusterDescription {
    const nodes = [...this.#endpoints].map(([name, { host, port }]) => ({
      name,
      role: 'tidb' as const,
      status: 'unknown' as const,
      host,
      port,
      address: `${host}:${port}`,
    }))
    return { source: 'external', store: this.#store, nodes }
  }

  endpointOf(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name)
    if (endpoint === undefined) throw noSuchNode(name, [...this.#endpoints.keys()])
    return endpoint
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
