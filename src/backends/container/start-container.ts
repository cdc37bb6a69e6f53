import { GenericContainer, getContainerRuntimeClient } from 'testcontainers'
import type { Endpoint } from '../../connections/endpoint.ts'
import type { ServerIdentity } from '../external/identify-server.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ownerLabels } from './owner.ts'
import type { PresentImage } from './pull-image.ts'
import { SQL_PORT, STATUS_PORT, TidbReady } from './tidb-ready.ts'

export interface StartedTidb extends ServerIdentity {
  /** The container's. */
  readonly id: string
  readonly endpoint: Endpoint
}

export interface ContainerStart {
  readonly image: string
  readonly present: PresentImage
  readonly runId: string
  /** Whether Ryuk is told of the container. */
  readonly ryuk: boolean
  /** Milliseconds. */
  readonly timeout: number
  /** Of the machine, for SQL; undefined for one that is free. */
  readonly port: number | undefined
}

const CONFIG_PATH = '/vitest-tidb.toml'

/**
 * As on the toolkit's own servers: schema changes wait for no other server, since there is none, and row estimates
 * do not change by themselves in the middle of a test.
 */
const CONFIG = ['lease = "0"', '[performance]', 'stats-lease = "0"', ''].join('\n')

/** Whether flags can be added: the image starts tidb-server itself, and has no configuration of its own. */
function runsTidbAlone({ entrypoint, command }: PresentImage): boolean {
  const words = [...entrypoint, ...command]
  return entrypoint.at(-1)?.endsWith('tidb-server') === true && !words.some((word) => /^--?config(=|$)/.test(word))
}

/** Resolves when TiDB answers a query. What a failed start leaves carries the run's label. */
export async function startContainer(engine: DockerEngine, start: ContainerStart): Promise<StartedTidb> {
  const client = await getContainerRuntimeClient()
  const { host } = client.info.containerRuntime
  const ready = new TidbReady(engine, { image: start.image, host, timeout: start.timeout })
  const definition = new GenericContainer(start.image)
    .withExposedPorts(start.port === undefined ? SQL_PORT : { container: SQL_PORT, host: start.port }, STATUS_PORT)
    .withLabels({ ...ownerLabels(start.runId) })
    // What the first start writes into the database must not depend on the image.
    .withEnvironment({ TZ: 'UTC' })
    .withAutoCleanup(start.ryuk)
    .withWaitStrategy(ready)
  if (runsTidbAlone(start.present)) {
    // Flags are added to the image's own.
    definition
      .withCopyContentToContainer([{ content: CONFIG, target: CONFIG_PATH }])
      .withCommand([...start.present.command, '-config', CONFIG_PATH, '-L', 'warn'])
  }
  const container = await definition.start()
  if (ready.identity === undefined) throw new Error('Testcontainers did not wait for the container')
  return {
    ...ready.identity,
    id: container.getId(),
    endpoint: {
      host,
      port: container.getMappedPort(SQL_PORT),
      user: 'root',
      statusPort: container.getMappedPort(STATUS_PORT),
    },
  }
}
