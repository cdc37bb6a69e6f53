import type { StartedNetwork } from 'testcontainers'
import { watchContainers } from '../../backends/container/container-watcher.ts'
import { removeRun } from '../../backends/container/containers.ts'
import { findEngine } from '../../backends/container/find-engine.ts'
import { ownerLabels } from '../../backends/container/owner.ts'
import { ContainerFaults } from './container-faults.ts'

export interface ToxiproxyOptions {
  /** The network that the server's container is in. */
  readonly network: StartedNetwork
  /** An image of toxiproxy, such as `ghcr.io/shopify/toxiproxy:2.12.0`. */
  readonly image: string
  /** The names that its container has in the network; `toxiproxy` when not given. */
  readonly aliases?: readonly string[]
}

/** Toxiproxy in a container of the network. */
export interface StartedToxiproxy extends AsyncDisposable {
  /** A proxy before a server, which is named as the network does: `tidb:4000`. */
  before(upstream: string): Promise<ContainerFaults>
  /** Removes its container. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts toxiproxy. Its container goes with `stop()`, and with this process however that ends, without Ryuk.
 *
 * @throws BackendError `BACKEND_DOCKER_NOT_FOUND` and its like, `BACKEND_REAPER`; what Testcontainers throws when the
 *   image can't be had or does not start
 */
export async function startToxiproxy(options: ToxiproxyOptions): Promise<StartedToxiproxy> {
  const { network, image, aliases = ['toxiproxy'] } = options
  const { engine } = await findEngine()
  const runId = crypto.randomUUID()
  const watcher = await watchContainers({ address: engine.address, runId })
  try {
    // Testcontainers is slow to load, and few need it here.
    const { ToxiProxyContainer } = await import('@testcontainers/toxiproxy')
    const definition = new ToxiProxyContainer(image)
      .withNetwork(network)
      .withNetworkAliases(...aliases)
      .withLabels({ ...ownerLabels(runId) })
      .withAutoCleanup(false)
    const container = await definition.start()
    let made = 0
    let stopped: Promise<void> | undefined
    const stop = (): Promise<void> => (stopped ??= container.stop().then(() => watcher.release()))
    return {
      before: async (upstream) =>
        new ContainerFaults(await container.createProxy({ name: `proxy-${++made}`, upstream, enabled: true })),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    // What a failed start has left carries the run's label.
    await removeRun(engine, runId)
    await watcher.release()
    throw error
  }
}
