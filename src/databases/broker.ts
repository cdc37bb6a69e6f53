import { createServer, type Server, type Socket } from 'node:net'
import type { BrokerCalls } from './broker-calls.ts'
import type { BrokerOptions } from './broker-options.ts'
import type { BrokerPeer } from './broker-peer.ts'
import type { KeptDatabase } from './broker-protocol.ts'
import { socketPlace } from './socket-place.ts'

export interface Broker {
  /** Path of a local socket (a named pipe on Windows) that only this user can open. */
  readonly address: string
  /** Starts the first slot's server ahead, while the workers start; a failure is met again by whoever asks. */
  warm(): void
  /** Takes back what is out, removes what was made, stops the backend. Idempotent. */
  stop(): Promise<KeptDatabase[]>
}

/** Opens the broker, which lends servers and clean databases to worker processes. Starts no TiDB until one asks. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const peers = new Set<BrokerPeer>()
  const place = await socketPlace()
  // The driver's code takes a while to read. Workers can start meanwhile; what they say waits in their sockets.
  let loading: ReturnType<typeof load> | undefined
  const loaded = (): ReturnType<typeof load> => (loading ??= load(options))
  const server = createServer((socket: Socket) => {
    // Until its peer listens, a worker that dies must not end the main process.
    socket.on('error', () => socket.destroy())
    void loaded().then(({ calls, Peer }) => {
      // Other runs look whether somebody is here, and go at once: their connection would never close a second time.
      if (socket.destroyed) return
      const peer = new Peer(socket, calls)
      peers.add(peer)
      void peer.gone.then(() => peers.delete(peer))
    })
  })
  await listen(server, place.address)
  let stopping: Promise<KeptDatabase[]> | undefined

  const stop = async (): Promise<KeptDatabase[]> => {
    const { calls } = await loaded()
    calls.end()
    server.close()
    for (const peer of peers) peer.disconnect()
    await Promise.all([...peers].map((peer) => peer.gone))
    try {
      return await calls.stop()
    } finally {
      await place.remove()
    }
  }
  return {
    address: place.address,
    warm: () => void loaded().then(({ calls }) => calls.warm()),
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

async function load(options: BrokerOptions): Promise<{ calls: BrokerCalls; Peer: typeof BrokerPeer }> {
  const [{ BrokerCalls }, { BrokerPeer }] = await Promise.all([import('./broker-calls.ts'), import('./broker-peer.ts')])
  return { calls: new BrokerCalls(options), Peer: BrokerPeer }
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
