import type { ResolvedConfig } from '../../config/resolved-config.ts'
import type { Backend } from '../backend.ts'
import type { EmbeddedOptions } from '../embedded/install-embedded.ts'
import { DEFAULT_COUNTS } from './cluster-counts.ts'

export interface ClusterBackendOptions extends EmbeddedOptions {
  readonly readyDatabases?: number
}

/** The cluster that settings ask for: somebody else's, containers, or programs that are built here. */
export async function clusterBackend(
  config: Pick<ResolvedConfig, 'backend' | 'database' | 'origin'>,
  options: ClusterBackendOptions,
): Promise<Backend> {
  const { from, tidb, pd, kv, endpoints } = config.backend.cluster
  const counts = {
    tidb: tidb ?? DEFAULT_COUNTS.tidb,
    pd: pd ?? DEFAULT_COUNTS.pd,
    kv: kv ?? DEFAULT_COUNTS.kv,
  }
  switch (from ?? (endpoints === undefined ? 'embedded' : 'external')) {
    case 'external': {
      const { externalClusterBackend } = await import('./external/external-cluster-backend.ts')
      return externalClusterBackend(config)
    }
    case 'container': {
      const { containerClusterBackend } = await import('./container/container-cluster-backend.ts')
      return containerClusterBackend(config.backend, counts)
    }
    case 'embedded': {
      const { embeddedClusterBackend } = await import('./local/embedded-cluster-backend.ts')
      return embeddedClusterBackend({ ...options, counts })
    }
  }
}
