import { randomUUID } from 'node:crypto'
import { BackendError } from '../../errors/backend-error.ts'
import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import type {
  Availability,
  Backend,
  BackendStartOptions,
  RunningBackend,
  RunningServer,
  ServerDeath,
} from '../backend.ts'
import { portInUse } from '../port-in-use.ts'
import { watchContainers } from './container-watcher.ts'
import { removeRun, sweepDeadRuns } from './containers.ts'
import { findEngine, type FoundEngine } from './find-engine.ts'
import { imageReference } from './image-reference.ts'
import { ensureImage, presentImage } from './pull-image.ts'
import { deathOf } from './running-container.ts'
import { startRyuk } from './ryuk.ts'
import type { StartedTidb } from './start-container.ts'
import { SQL_PORT } from './tidb-ready.ts'

export interface ContainerBackendOptions {
  /** Image reference; `pingcap/tidb` when absent. */
  readonly image?: string
  /** Tag of the image, such as `v8.5.4`, `8.5.4` or `nightly`. */
  readonly version?: string
  /** The toolkit's cache folder. The engine keeps images itself, so nothing is written there. */
  readonly cacheDirectory: string
  /** Milliseconds from the container's start until TiDB must answer; 60,000 when absent. */
  readonly readyTimeout?: number
}

/**
 * TiDB in a container that Testcontainers starts, one per run, shared by all tests.
 *
 * `start()` throws BackendError with `BACKEND_DOCKER_NOT_FOUND`, `BACKEND_DOCKER_PERMISSION`,
 * `BACKEND_DOCKER_WINDOWS`, `BACKEND_IMAGE_PULL_FAILED`, `BACKEND_CONTAINER_EXITED`, `BACKEND_CONTAINER_NOT_READY`,
 * `BACKEND_CONTAINER_FAILED` or `BACKEND_REAPER`, ConfigError `CONFIG_CONTAINER_IMAGE`, and the signal's reason when it is aborted.
 * The container goes with `stop()`, and with the process that started it however that ends.
 */
export function containerBackend(options: ContainerBackendOptions): Backend {
  return {
    kind: 'container',
    check: (signal) => check(options, signal),
    start: (startOptions) => start(options, startOptions),
  }
}

async function check(options: ContainerBackendOptions, signal?: AbortSignal): Promise<Availability> {
  try {
    const image = imageReference(options)
    const found = await findEngine(signal)
    const present = await presentImage(found.engine, image, signal)
    const where = `Docker ${found.version} at ${found.engine.address.uri}`
    return present === undefined
      ? { usable: true, ready: false, detail: `${where}, image ${image} has to be pulled` }
      : { usable: true, ready: true, detail: `${where}, image ${image}` }
  } catch (error) {
    if (signal?.aborted === true) throw error
    const remedy = isTidbTestError(error) ? error.remedy : undefined
    const reason = messageOf(error).replace(remedy === undefined ? '' : /\n[^]*$/, '')
    return { usable: false, reason, remedy: remedy ?? 'Check that `docker info` works in your shell.' }
  }
}

async function start(
  options: ContainerBackendOptions,
  { progress, signal, port }: BackendStartOptions,
): Promise<RunningBackend> {
  const image = imageReference(options)
  const found = await findEngine(signal)
  const swept = await sweepDeadRuns(found.engine)
  if (swept > 0) progress.note(`Removed ${swept} container(s) of runs that ended without cleaning up.`)
  const present = await ensureImage(found.engine, image, progress, signal)
  const { startContainer } = await import('./start-container.ts')
  const ryuk = await startRyuk(found.engine, progress, signal)
  const runId = randomUUID()
  const watcher = await watchContainers({ address: found.engine.address, runId })
  const removeAll = async (): Promise<void> => {
    await removeRun(found.engine, runId)
    await watcher.release()
  }
  progress.update(`Starting ${image}`)
  const timeout = options.readyTimeout ?? 60_000
  const starting = startContainer(found.engine, { image, present, runId, ryuk, timeout, port })
  try {
    const tidb = await (signal === undefined ? starting : Promise.race([starting, aborted(signal)]))
    return runningBackend(found, image, tidb, removeAll)
  } catch (error) {
    await removeRun(found.engine, runId)
    // After an abort the creation may still be under way: what comes of it goes too.
    await Promise.allSettled([starting])
    await removeAll()
    throw startFailure({ image, port }, error, signal)
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function startFailure(
  { image, port }: { readonly image: string; readonly port: number | undefined },
  error: unknown,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted === true || isTidbTestError(error)) return error
  // The engine's words, by way of its HTTP interface.
  if (port !== undefined && /port is already allocated|address already in use/i.test(messageOf(error))) {
    return portInUse(port, error)
  }
  return new BackendError(
    'BACKEND_CONTAINER_FAILED',
    `The container of ${image} cannot start: ${messageOf(error).trim()}`,
    {
      cause: error,
      context: { image },
      remedy: `Try it by hand: docker run --rm -p ${SQL_PORT} ${image}`,
    },
  )
}

function runningBackend(
  { engine, version: engineVersion }: FoundEngine,
  image: string,
  { id, endpoint, version, store }: StartedTidb,
  removeAll: () => Promise<void>,
): RunningBackend {
  let stopped: Promise<void> | undefined
  const died = new Promise<ServerDeath>((resolve) => {
    void deathOf(engine, id).then((death) => {
      if (stopped === undefined) resolve(death)
    })
  })
  // Shared: it ends with the backend.
  const server: RunningServer = { endpoint, readyDatabases: [], died, stop: () => Promise.resolve() }
  return {
    kind: 'container',
    version,
    store,
    detail: `image ${image}, container ${id.slice(0, 12)}, Docker ${engineVersion} at ${engine.address.uri}`,
    sharing: 'shared',
    async openServer(signal) {
      signal?.throwIfAborted()
      if (stopped === undefined) return server
      throw new BackendError('BACKEND_STOPPED', 'The container backend has been stopped.', {
        remedy: 'Ask for servers before stop() is called.',
      })
    },
    stop: () => (stopped ??= removeAll()),
  }
}
