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
}

/** Resolves when TiDB answers a query. What a failed start leaves carries the run's label. */
export async function startContainer(engine: DockerEngine, start: ContainerStart): Promise<StartedTidb> {
  const client = await getContainerRuntimeClient()
  const { host } = client.info.containerRuntime
  const ready = new TidbReady(engine, { image: start.image, host, timeout: start.timeout })
  const definition = new GenericContainer(start.image)
    .withExposedPorts(SQL_PORT, STATUS_PORT)
    .withLabels({ ...ownerLabels(start.runId) })
    .withAutoCleanup(start.ryuk)
    .withWaitStrategy(ready)
  if (start.present.entrypoint.at(-1)?.endsWith('tidb-server') === true) {
    // Flags are added to the image's own. Without the lease, schema changes wait for nobody on a single TiDB.
    definition.withCommand([...start.present.command, '-lease', '0', '-L', 'warn'])
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
