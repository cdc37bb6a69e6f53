import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startReaper } from '../../../child-process/reaper-ahead.ts'
import type { Reaper } from '../../../child-process/reaper-client.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import type { BackendStartOptions, RunningBackend, RunningServer, ServerDeath } from '../../backend.ts'
import { assertPortFree } from '../../local/fixed-port.ts'
import { type BinaryIdentity, identifyBinary } from '../../local/binary-identity.ts'
import { readyDatabaseCount } from '../../local/ready-databases.ts'
import type { Template } from '../../local/template.ts'
import type { EmbeddedOptions } from '../../embedded/install-embedded.ts'
import { assertEmbeddedCounts, type ClusterCounts, describeCounts } from '../cluster-counts.ts'
import { ClusterServer } from '../cluster-server.ts'
import { ManagedCluster } from '../managed-cluster.ts'
import { loadClusterTemplate } from './cluster-template.ts'
import { LocalNodes } from './local-nodes.ts'
import { installPrograms } from './programs.ts'

/** DDL takes ten times as long as on one server. */
const MOST_READY_DATABASES = 60

export interface LocalClusterOptions extends EmbeddedOptions {
  readonly counts: ClusterCounts
  readonly readyDatabases?: number
}

/**
 * Clusters on this machine, each a private one that starts from a copy of the template.
 *
 * @throws BackendError `BACKEND_CLUSTER_COUNTS`; as `installEmbedded` does; what making the template throws
 */
export async function startLocalClusters(
  options: LocalClusterOptions,
  start: BackendStartOptions,
): Promise<RunningBackend> {
  // Three servers, which may have to be built: a run without tests must not begin with that.
  await start.beforeLong?.()
  assertEmbeddedCounts(options.counts)
  if (start.port !== undefined) await assertPortFree(start.port)
  const reaper = await startReaper()
  try {
    const { tidb, pd, kv } = await installPrograms(options, reaper, start.progress, start.signal)
    const [first, second, third] = await Promise.all(
      [tidb, pd, kv].map((path) => identifyBinary(path, options.cacheDirectory)),
    )
    const binaries = { tidb: first, pd: second, kv: third } as Record<'tidb' | 'pd' | 'kv', BinaryIdentity>
    const template = await loadClusterTemplate({
      reaper,
      binaries,
      cacheDirectory: options.cacheDirectory,
      databaseCount: options.readyDatabases ?? Math.min(MOST_READY_DATABASES, readyDatabaseCount(start.schema)),
      schema: start.schema,
      progress: start.progress,
      signal: start.signal,
      onFound: start.onPrepared,
    })
    return new LocalClusters(options.counts, reaper, { tidb, pd, kv }, template, start.port)
  } catch (error) {
    await reaper.close()
    throw error
  }
}

class LocalClusters implements RunningBackend {
  readonly kind = 'cluster'
  readonly version: string
  readonly store = 'unistore'
  readonly detail: string
  readonly sharing = 'private'
  readonly #counts: ClusterCounts
  readonly #reaper: Reaper
  readonly #programs: Readonly<Record<'tidb' | 'pd' | 'kv', string>>
  readonly #template: Template
  readonly #port: number | undefined
  readonly #open = new Set<RunningServer>()
  readonly #stopping = new AbortController()
  #opened = 0
  #stopped: Promise<void> | undefined

  constructor(
    counts: ClusterCounts,
    reaper: Reaper,
    programs: Readonly<Record<'tidb' | 'pd' | 'kv', string>>,
    template: Template,
    port: number | undefined,
  ) {
    this.#counts = counts
    this.#reaper = reaper
    this.#programs = programs
    this.#template = template
    this.#port = port
    this.version = template.facts.version
    this.detail = `${describeCounts(counts)} (unistore behind TiKV's protocol: no Raft, no replicas), embedded`
  }

  /** @throws BackendError `BACKEND_STOPPED` after `stop()`; what starting a node throws; the signal's reason */
  async openServer(signal?: AbortSignal): Promise<RunningServer> {
    if (this.#stopping.signal.aborted) throw stopped()
    const folder = join(this.#reaper.runFolder, `cluster-${++this.#opened}`)
    const data = `${folder}-data`
    const { promise: died, resolve: dies } = Promise.withResolvers<ServerDeath>()
    const nodes = new LocalNodes({
      reaper: this.#reaper,
      programs: this.#programs,
      folder,
      data,
      port: this.#port,
      onDeath: (_node, death) => dies(death),
    })
    const remove = async (): Promise<void> => {
      await nodes.killAll()
      const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }
      await Promise.all([folder, data].map((path) => rm(path, options)))
    }
    try {
      await this.#template.extract(data)
      const anySignal = signal === undefined ? this.#stopping.signal : AbortSignal.any([signal, this.#stopping.signal])
      await nodes.startAll(this.#counts, anySignal)
      const cluster = new ManagedCluster({ source: 'embedded', store: 'unistore' }, nodes)
      const server = new ClusterServer(cluster, this.#template.facts.databases, died, async () => {
        await remove()
        this.#open.delete(server)
      })
      this.#open.add(server)
      return server
    } catch (error) {
      await remove()
      throw error
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort(stopped())
    await Promise.all([...this.#open].map((server) => server.stop()))
    await this.#reaper.close()
  }
}

function stopped(): BackendError {
  return new BackendError('BACKEND_STOPPED', 'The backend has been stopped: it opens no more servers.')
}
