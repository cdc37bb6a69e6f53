import { getContainerRuntimeClient, PullPolicy } from 'testcontainers'
import type { Endpoint } from '../../connections/endpoint.ts'
import type { ServerIdentity } from '../external/identify-server.ts'
import { ownerLabels } from './owner.ts'
import type { PresentImage } from './pull-image.ts'
import { TiDBContainer } from './tidb-container.ts'
import { CONFIG, FLAGS, runsTidbAlone } from './tidb-image.ts'
import { SQL_PORT, STATUS_PORT } from './tidb-ports.ts'

export interface StartedTidb extends ServerIdentity {
  /** The container's. */
  readonly id: string
  readonly endpoint: Endpoint
}

export interface ContainerStart {
  readonly image: string
  /** Undefined when the image has been made here, with all that it needs. */
  readonly original: PresentImage | undefined
  readonly runId: string
  /** Milliseconds. */
  readonly timeout: number
  /** Of the machine, for SQL; undefined for one that is free. */
  readonly port?: number | undefined
}

/** Once found, Testcontainers keeps it for all further starts. */
export async function findByTestcontainers(): Promise<void> {
  await getContainerRuntimeClient()
}

/** Resolves when TiDB answers a query. What a failed start leaves carries the run's label. The image must be there. */
export async function startContainer(start: ContainerStart): Promise<StartedTidb> {
  const definition = new TiDBContainer(start.image)
    .withLabels({ ...ownerLabels(start.runId) })
    // Ryuk is told of the run once it is there; a start does not wait for that.
    .withAutoCleanup(false)
    .withPullPolicy(PullPolicy.neverPull())
    .withStartupTimeout(start.timeout)
  if (start.port !== undefined) {
    definition.withExposedPorts({ container: SQL_PORT, host: start.port }, STATUS_PORT)
  }
  if (start.original !== undefined && runsTidbAlone(start.original)) {
    definition
      .withConfig(CONFIG)
      .withCommand([...start.original.command])
      .withStartArguments(FLAGS)
  }
  const container = await definition.start()
  return { id: container.getId(), endpoint: container.getEndpoint(), ...container.getIdentity() }
}
