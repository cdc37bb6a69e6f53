import { BackendError } from '../../errors/backend-error.ts'

/** How many processes of each kind a cluster begins with. */
export interface ClusterCounts {
  readonly tidb: number
  readonly pd: number
  readonly kv: number
}

export const DEFAULT_COUNTS: ClusterCounts = { tidb: 2, pd: 1, kv: 1 }

/** @throws BackendError `BACKEND_CLUSTER_COUNTS` when the store of an embedded cluster cannot be that many */
export function assertEmbeddedCounts({ kv }: ClusterCounts): void {
  if (kv === 1) return
  throw new BackendError('BACKEND_CLUSTER_COUNTS', `An embedded cluster has one store, not ${kv}.`, {
    remedy:
      "Its store is TiDB's unistore behind TiKV's protocol, which neither replicates nor shares data with a second one. " +
      'Use one store, or containers (backend.cluster.from = container), whose stores are TiKV.',
  })
}

/** `2 TiDB, 1 PD, 1 store` */
export function describeCounts({ tidb, pd, kv }: ClusterCounts): string {
  return `${tidb} TiDB, ${pd} PD, ${kv} ${kv === 1 ? 'store' : 'stores'}`
}
