import { randomUUID } from 'node:crypto'
import type { ResolvedConfig } from '../../../config/resolved-config.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import { isTidbTestError, messageOf } from '../../../errors/tidb-test-error.ts'
import type {
  Availability,
  Backend,
  BackendStartOptions,
  RunningBackend,
  RunningServer,
  ServerDeath,
} from '../../backend.ts'
import { ContainerRun } from '../../container/container-run.ts'
import { removeNetwork } from '../../container/containers.ts'
import { findEngine } from '../../container/find-engine.ts'
import { ownerLabels } from '../../container/owner.ts'
import { ensureImage, presentImage } from '../../container/pull-image.ts'
import { identifyServer } from '../../external/identify-server.ts'
import { readyDatabaseNames } from '../../local/ready-databases.ts'
import { fillTemplate } from '../../local/template.ts'
import { adaptToUnistore } from '../adapt-to-unistore.ts'
import type { NodeRole } from '../cluster.ts'
import { type ClusterCounts, describeCounts } from '../cluster-counts.ts'
import { ClusterServer } from '../cluster-server.ts'
import { ManagedCluster } from '../managed-cluster.ts'
import { clusterImages } from './cluster-images.ts'

/** Each is made when a cluster starts: there is no template of containers. */
const READY_DATABASES = 30

/** PD, TiKV and TiDB from their images, each cluster on a network of its own. */
export function containerClusterBackend(backend: ResolvedConfig['backend'], counts: ClusterCounts): Backend {
  return {
    kind: 'cluster',
    check: (signal) => check(backend, counts, signal),
    start: (options) => start(backend, counts, options),
  }
}

async function check(
  backend: ResolvedConfig['backend'],
  counts: ClusterCounts,
  signal: AbortSignal | undefined,
): Promise<Availability> {
  try {
    const images = Object.values(clusterImages(backend))
    const what = `${describeCounts(counts)} from ${images.join(', ')}`
    try {
      const { engine, version } = await findEngine(signal)
      const present = await Promise.all(images.map((image) => presentImage(engine, image, signal)))
      const missing = images.filter((_, index) => present[index] === undefined)
      const pulling = missing.length === 0 ? '' : `; to be pulled: ${missing.join(', ')}`
      return { usable: true, ready: missing.length === 0, detail: `${what}, Docker ${version}${pulling}` }
    } catch (error) {
      if (!isTidbTestError(error)) throw error
      const reason = `${what}: ${error.message.split('\n')[0] ?? ''}`
      return { usable: false, reason, remedy: error.remedy ?? 'Check that `docker info` works in your shell.' }
    }
  } catch (error) {
    if (signal?.aborted === true || !isTidbTestError(error)) throw error
    return { usable: false, reason: error.message.split('\n')[0] ?? '', remedy: error.remedy ?? 'Check the images.' }
  }
}

interface Started {
  readonly run: ContainerRun
  readonly images: Readonly<Record<NodeRole, string>>
  readonly open: Set<RunningServer>
}

async function start(
  backend: ResolvedConfig['backend'],
  counts: ClusterCounts,
  options: BackendStartOptions,
): Promise<RunningBackend> {
  await options.beforeLong?.()
  const { progress, signal } = options
  const images = clusterImages(backend)
  const run = await ContainerRun.begin(options)
  const started: Started = { run, images, open: new Set() }
  const stop = async (): Promise<void> => {
    await Promise.allSettled([...started.open].map((server) => server.stop()))
    await run.remove()
  }
  try {
    for (const image of new Set(Object.values(images))) await ensureImage(run.engine, image, progress, run.signal)
    progress.update(`Starting a cluster of ${describeCounts(counts)} from ${images.tidb}`)
    const open = (): Promise<OpenedCluster> => openCluster(started, counts, backend.readyDatabases, options)
    const first = await open()
    options.onPrepared?.()
    let ahead: OpenedCluster | undefined = first
    let stopped: Promise<void> | undefined
    const stores = first.store === 'tikv' ? 'TiKV' : "unistore behind TiKV's protocol: no Raft, no replicas"
    return {
      kind: 'cluster',
      version: first.version,
      store: first.store,
      detail: `${describeCounts(counts)} (${stores}), containers of ${Object.values(images).join(', ')}`,
      sharing: 'private',
      async openServer(aborted) {
        aborted?.throwIfAborted()
        if (stopped !== undefined) throw new BackendError('BACKEND_STOPPED', 'The cluster backend has been stopped.')
        const cluster = ahead ?? (await open())
        ahead = undefined
        return cluster.server
      },
      stop: () => (stopped ??= stop()),
    }
  } catch (error) {
    await stop()
    if (signal?.aborted === true || isTidbTestError(error)) throw error
    throw new BackendError('BACKEND_CONTAINER_FAILED', `The cluster cannot start: ${messageOf(error).trim()}`, {
      cause: error,
    })
  }
}

interface OpenedCluster {
  readonly server: RunningServer
  readonly version: string
  readonly store: 'unistore' | 'tikv'
}

async function openCluster(
  { run, images, open }: Started,
  counts: ClusterCounts,
  readyDatabases: number | undefined,
  { schema, progress, signal }: BackendStartOptions,
): Promise<OpenedCluster> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  const { ContainerNodes } = await import('./container-nodes.ts')
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime
  const { engine } = run
  // Not by Testcontainers, whose own clean-up would have to be there: this one goes with the run's containers.
  const network = `vitest-tidb-${randomUUID()}`
  const content = JSON.stringify({ Name: network, Labels: ownerLabels(run.id) })
  const body = { type: 'application/json', content }
  await engine.json<unknown>('/networks/create', { method: 'POST', body })
  const { promise: died, resolve: onDeath } = Promise.withResolvers<ServerDeath>()
  const nodes = new ContainerNodes({ run, host, images, network, onDeath })
  const end = async (): Promise<void> => {
    await nodes.removeAll()
    await removeNetwork(engine, network)
  }
  try {
    await nodes.startAll(counts)
    const { port } = nodes.node('tidb-1')
    const databases = readyDatabaseNames(readyDatabases ?? READY_DATABASES)
    await fillTemplate(port, databases, schema, progress, signal, host)
    const { version } = await identifyServer({ host, port, user: 'root' }, { connectTimeout: 10_000 })
    const store = await storeBehind(nodes.node('kv-1'))
    if (store === 'unistore') await adaptToUnistore({ host, port, user: 'root' })
    const cluster = new ManagedCluster({ source: 'container', store }, nodes)
    const server: ClusterServer = new ClusterServer(cluster, databases, died, async () => {
      await end()
      open.delete(server)
    })
    open.add(server)
    return { server, version, store }
  } catch (error) {
    // What is left, such as a container that is still being created, goes with the run.
    await Promise.allSettled([end()])
    throw error
  }
}

/** The store of this package says what it is in its configuration. */
async function storeBehind({ host, statusPort }: { host: string; statusPort?: number }): Promise<'unistore' | 'tikv'> {
  const reply = await fetch(`http://${host}:${statusPort}/config`)
  return (await reply.text()).includes('"unistore"') ? 'unistore' : 'tikv'
}
