import type { ResolvedConfig } from '../../../config/resolved-config.ts'
import { imageReference } from '../../container/image-reference.ts'
import type { NodeRole } from '../cluster.ts'

/** The images of a cluster: TiDB's as for a single container, PD's and TiKV's of the same version. */
export function clusterImages(backend: ResolvedConfig['backend']): Readonly<Record<NodeRole, string>> {
  const { image, version, cluster } = backend
  const tidb = imageReference({
    ...(image === undefined ? {} : { image }),
    ...(version === undefined ? {} : { version }),
  })
  // Without a tag of its own, an image of the cluster has TiDB's.
  const tag = /:([^/]+)$/.exec(tidb)?.[1] ?? 'latest'
  const tagged = (name: string): string => (/@.+$|:[^/]+$/.test(name) ? name : `${name}:${tag}`)
  return {
    tidb,
    pd: imageReference({ image: tagged(cluster.pdImage ?? 'pingcap/pd') }),
    kv: imageReference({ image: tagged(cluster.kvImage ?? 'pingcap/tikv') }),
  }
}
