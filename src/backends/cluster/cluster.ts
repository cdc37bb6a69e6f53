import type { Endpoint } from '../../connections/endpoint.ts'

export type NodeRole = 'tidb' | 'pd' | 'kv'

/** `paused`: the process is there and does nothing (SIGSTOP). `unknown`: a node that somebody else runs. */
export type NodeStatus = 'running' | 'paused' | 'stopped' | 'unknown'

/** What stores the data: real TiKV, or TiDB's own unistore behind TiKV's protocol (one store, no Raft, no replicas). */
export type ClusterStore = 'unistore' | 'tikv'

/** One process of a cluster. */
export interface ClusterNode {
  /** `tidb-1`, `pd-1`, `kv-1`; numbers count from 1 in each role. */
  readonly name: string
  readonly role: NodeRole
  readonly status: NodeStatus
  /** Where this machine reaches it: the SQL port of a TiDB, the client port of PD, the port of a store. */
  readonly host: string
  readonly port: number
  /** `host:port` under which the cluster itself knows it. */
  readonly address: string
  /** HTTP port of a TiDB or of a store, where it is known. */
  readonly statusPort?: number
}

/** A cluster at one moment. Plain data. */
export interface ClusterDescription {
  readonly source: 'embedded' | 'container' | 'external'
  readonly store: ClusterStore
  readonly nodes: readonly ClusterNode[]
}

/**
 * - `stop`: gracefully, SIGKILL after a deadline.
 * - `kill`: SIGKILL.
 * - `pause`, `resume`: SIGSTOP, SIGCONT.
 * - `start`: again, on the same ports and data.
 * - `expire`: what the node holds in PD's etcd (registration, DDL ownership, schema version) goes, as if its leases of up
 *   to 90 seconds had run out.
 */
export type NodeAction = 'stop' | 'kill' | 'pause' | 'resume' | 'start' | 'expire'

/** A cluster that runs. Nodes are named; asking for one that does not exist is a BackendError `BACKEND_CLUSTER_NODE`. */
export interface RunningCluster {
  describe(): ClusterDescription
  /** Login of a TiDB that this machine can reach. */
  endpointOf(name: string): Endpoint
  /** Resolves when it is done: a node that is started answers. @throws BackendError `BACKEND_CLUSTER_NODE`, `BACKEND_CLUSTER_NOT_OURS` */
  act(action: NodeAction, name: string): Promise<ClusterDescription>
  /** Starts one more tidb-server, which stays until `restore()`. */
  addTidb(): Promise<ClusterNode>
  /** Every node that the cluster began with runs again, every added one is gone. Names of those that were started. */
  restore(): Promise<readonly string[]>
}
