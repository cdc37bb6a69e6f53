import type { CreatedProxy } from '@testcontainers/toxiproxy'
import type { StartedNetwork } from 'testcontainers'

export interface ContainerFaultsOptions {
  /** The network that the server's container is in. */
  readonly network: StartedNetwork
  /** An image of toxiproxy. */
  readonly image: string
}

type Attributes = Readonly<Record<string, number>>
type ToxicType = Parameters<CreatedProxy['instance']['addToxic']>[0]['type']

/**
 * Faults between containers, by toxiproxy in one of them: for clients that run in a container too and can't reach a
 * proxy in this process. It knows faults of bytes only.
 */
export class ContainerFaults {
  readonly #created: CreatedProxy
  #toxics = 0

  /** Use `startToxiproxy`. */
  constructor(created: CreatedProxy) {
    this.#created = created
  }

  /** Where clients outside of the network connect. */
  get address(): { readonly host: string; readonly port: number } {
    const { host, port } = this.#created
    return { host, port }
  }

  latency<R>(
    { milliseconds, jitter = 0 }: { milliseconds: number; jitter?: number },
    body: () => Promise<R>,
  ): Promise<R> {
    return this.#during('latency', { latency: milliseconds, jitter }, body)
  }

  /** Toxiproxy counts in units of 1,000 bytes. */
  bandwidth<R>({ bytesPerSecond }: { bytesPerSecond: number }, body: () => Promise<R>): Promise<R> {
    return this.#during('bandwidth', { rate: Math.max(1, Math.round(bytesPerSecond / 1_000)) }, body)
  }

  slicing<R>({ bytes, pause = 0 }: { bytes: number; pause?: number }, body: () => Promise<R>): Promise<R> {
    return this.#during('slicer', { average_size: bytes, size_variation: 0, delay: pause * 1_000 }, body)
  }

  /** Nothing arrives; toxiproxy drops what was held when the fault is over, and closes the connection. */
  stall<R>(body: () => Promise<R>): Promise<R> {
    return this.#during('timeout', { timeout: 0 }, body)
  }

  byteLimit<R>({ bytes }: { bytes: number }, body: () => Promise<R>): Promise<R> {
    return this.#during('limit_data', { bytes }, body)
  }

  reset<R>(body: () => Promise<R>): Promise<R> {
    return this.#during('reset_peer', { timeout: 0 }, body)
  }

  /** Open connections end, and new ones are refused. */
  async refuse<R>(body: () => Promise<R>): Promise<R> {
    await this.#created.setEnabled(false)
    try {
      return await body()
    } finally {
      await this.#created.setEnabled(true)
    }
  }

  async #during<R>(type: ToxicType, attributes: Attributes, body: () => Promise<R>): Promise<R> {
    const toxics: { remove(): Promise<void> }[] = []
    const number = ++this.#toxics
    try {
      for (const stream of ['downstream', 'upstream'] as const) {
        const name = `${type}-${stream}-${number}`
        toxics.push(await this.#created.instance.addToxic({ attributes, name, stream, toxicity: 1, type }))
      }
      return await body()
    } finally {
      for (const toxic of toxics) await toxic.remove()
    }
  }
}

/** Toxiproxy in a container of the network. */
export interface StartedToxiproxy {
  /** A proxy before a server, which is named as the network does: `tidb:4000`. */
  before(upstream: string): Promise<ContainerFaults>
  stop(): Promise<void>
}

/** @throws what Testcontainers throws when the image can't be had or does not start */
export async function startToxiproxy({ network, image }: ContainerFaultsOptions): Promise<StartedToxiproxy> {
  // Testcontainers is slow to load, and few need it here.
  const { ToxiProxyContainer } = await import('@testcontainers/toxiproxy')
  const container = await new ToxiProxyContainer(image).withNetwork(network).start()
  let made = 0
  return {
    before: async (upstream) =>
      new ContainerFaults(await container.createProxy({ name: `proxy-${++made}`, upstream, enabled: true })),
    stop: async () => {
      await container.stop()
    },
  }
}
