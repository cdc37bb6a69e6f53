import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { Backend } from './backend.ts'
import { chooseBackend, type Candidate, type TriedBackend } from './choose.ts'
import { configuredEndpoint } from './external/configured-endpoint.ts'
import { withFallback } from './fallback.ts'
import { lazyBackend } from './lazy-backend.ts'
import { defaultCacheDirectory } from './local/default-cache-directory.ts'

/**
 * The backend that settings ask for, or that this machine has. Nothing is started yet.
 *
 * @throws BackendError `BACKEND_NONE_USABLE`
 */
export async function backendFor(
  config: ResolvedConfig,
  signal?: AbortSignal,
): Promise<{ backend: Backend; tried: readonly TriedBackend[] }> {
  const { backend, tried, others } = await chooseBackend(config, candidatesFor(config), signal)
  return { backend: withFallback(backend, others), tried }
}

/** In the order of automatic choice. The external one is there only when an endpoint was asked for. */
function candidatesFor(config: ResolvedConfig): readonly Candidate[] {
  const { embedded, binary, container, external, cluster } = backendsFor(config)
  // One has to ask for a cluster: it is no faster way to a TiDB.
  if (config.backend.kind === 'cluster') return [{ backend: cluster }]
  return [
    ...(config.backend.kind === 'external' ? [{ backend: external }] : []),
    { backend: binary },
    { backend: embedded, onlyWhenReady: true },
    { backend: container },
    { backend: embedded },
  ]
}

/** One backend of each kind, with its settings. Their code is loaded when they are first used. */
export function backendsFor(
  config: ResolvedConfig,
): Readonly<Record<'external' | 'binary' | 'embedded' | 'container' | 'cluster', Backend>> {
  const { binary, goBinary, image, version, readyDatabases, containerPer, warmImage, startTimeout } = config.backend
  const cacheDirectory = cacheDirectoryOf(config)
  const ready = readyDatabases === undefined ? {} : { readyDatabases }
  return {
    external: lazyBackend('external', async () => {
      const { externalBackend } = await import('./external/external-backend.ts')
      const { database, timeout } = config.database
      return externalBackend({
        endpoint: configuredEndpoint(config),
        connectTimeout: timeout,
        origin: config.origin,
        ...(database === undefined ? {} : { database }),
      })
    }),
    binary: lazyBackend('binary', async () => {
      const { binaryBackend } = await import('./binary/binary-backend.ts')
      return binaryBackend({ cacheDirectory, ...(binary === undefined ? {} : { path: binary }), ...ready })
    }),
    embedded: lazyBackend('embedded', async () => {
      const { embeddedBackend } = await import('./embedded/embedded-backend.ts')
      return embeddedBackend({ cacheDirectory, ...(goBinary === undefined ? {} : { goBinary }), ...ready })
    }),
    container: lazyBackend('container', async () => {
      const { containerBackend } = await import('./container/container-backend.ts')
      return containerBackend({
        cacheDirectory,
        ...(image === undefined ? {} : { image }),
        ...(version === undefined ? {} : { version }),
        ...(containerPer === undefined ? {} : { containerPer }),
        ...(warmImage === undefined ? {} : { warmImage }),
        ...(startTimeout === undefined ? {} : { startTimeout }),
        ...ready,
      })
    }),
    cluster: lazyBackend('cluster', async () => {
      const { clusterBackend } = await import('./cluster/cluster-backend.ts')
      return clusterBackend(config, { cacheDirectory, ...(goBinary === undefined ? {} : { goBinary }), ...ready })
    }),
  }
}

export function cacheDirectoryOf(config: Pick<ResolvedConfig, 'backend'>): string {
  return config.backend.cacheDirectory ?? defaultCacheDirectory()
}
