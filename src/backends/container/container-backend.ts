import { randomUUID } from 'node:crypto'
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'
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
import { watchContainers } from './container-watcher.ts'
import { removeRun, sweepDeadRuns } from './containers.ts'
import { findEngine, type FoundEngine } from './find-engine.ts'
import { imageReference } from './image-reference.ts'
import { ownerLabels } from './owner.ts'
import { ensureImage, presentImage, type PresentImage } from './pull-image.ts'
import { deathOf } from './running-container.ts'
import { startRyuk } from './ryuk.ts'
import { SQL_PORT, STATUS_PORT, TidbReady, type TidbFacts } from './tidb-ready.ts'

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
 * `BACKEND_CONTAINER_STORE` or `BACKEND_CONTAINER_FAILED`, and the signal's reason when it is aborted.
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
  { progress, signal }: BackendStartOptions,
): Promise<RunningBackend> {
  const image = imageReference(options)
  const found = await findEngine(signal)
  const swept = await sweepDeadRuns(found.engine)
  if (swept > 0) progress.note(`Removed ${swept} container(s) of runs that ended without cleaning up.`)
  const present = await ensureImage(found.engine, image, progress, signal)
  const ryuk = await startRyuk(found.engine, progress, signal)
  const runId = randomUUID()
  const watcher = await watchContainers({ address: found.engine.address, runId })
  const removeAll = async (): Promise<void> => {
    await removeRun(found.engine, runId)
    await watcher.release()
  }
  progress.update(`Starting ${image}`)
  const starting = startContainer(found, image, present, { runId, ryuk, timeout: options.readyTimeout ?? 60_000 })
  try {
    const { container, facts } = await (signal === undefined ? starting : Promise.race([starting, aborted(signal)]))
    return runningBackend(found, `image ${image}`, container, facts, removeAll)
  } catch (error) {
    await removeRun(found.engine, runId)
    // After an abort the creation may still be under way: what comes of it goes too.
    await Promise.allSettled([starting])
    await removeAll()
    throw startFailure(image, error, signal)
  }
}

async function startContainer(
  { engine }: FoundEngine,
  image: string,
  present: PresentImage,
  options: { runId: string; ryuk: boolean; timeout: number },
): Promise<{ container: StartedTestContainer; facts: TidbFacts }> {
  const client = await getContainerRuntimeClient()
  const host = client.info.containerRuntime.host
  const ready = new TidbReady(engine, { image, host, timeout: options.timeout })
  const definition = new GenericContainer(image)
    .withExposedPorts(SQL_PORT, STATUS_PORT)
    .withLabels({ ...ownerLabels(options.runId) })
    .withAutoCleanup(options.ryuk)
    .withWaitStrategy(ready)
  if (present.entrypoint.at(-1)?.endsWith('tidb-server') === true) {
    // Flags are added to the image's own. Without the lease, schema changes wait for nobody on a single TiDB.
    definition.withCommand([...present.command, '-lease', '0', '-L', 'warn'])
  }
  const container = await definition.start()
  if (ready.facts === undefined) throw new Error('Testcontainers did not wait for the container')
  return { container, facts: ready.facts }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function startFailure(image: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true || isTidbTestError(error)) return error
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
  container: StartedTestContainer,
  facts: TidbFacts,
  removeAll: () => Promise<void>,
): RunningBackend {
  const id = container.getId()
  let stopped: Promise<void> | undefined
  const died = new Promise<ServerDeath>((resolve) => {
    void deathOf(engine, id).then((death) => {
      if (stopped === undefined) resolve(death)
    })
  })
  const server: RunningServer = {
    endpoint: {
      host: container.getHost(),
      port: container.getMappedPort(SQL_PORT),
      user: 'root',
      statusPort: container.getMappedPort(STATUS_PORT),
    },
    readyDatabases: [],
    died,
    // Shared: it ends with the backend.
    stop: () => Promise.resolve(),
  }
  return {
    kind: 'container',
    ...facts,
    detail: `${image}, container ${id.slice(0, 12)}, Docker ${engineVersion} at ${engine.address.uri}`,
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
