import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Endpoint } from '../endpoint.ts'

/** A TCP proxy before a server. It cuts a connection when told, after a request went through and before its reply. */
export class CuttingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly endpoint: Endpoint
  #cutAt: string | undefined
  #silent = false

  private constructor(server: Server, behind: Endpoint) {
    this.#server = server
    this.endpoint = { ...behind, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  }

  static async before(behind: Endpoint): Promise<CuttingProxy> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const proxy = new CuttingProxy(server, behind)
    server.on('connection', (client) => proxy.#join(client, connect(behind.port, behind.host)))
    return proxy
  }

  /** The next request that contains this text goes through; its reply does not. */
  cutReplyOf(text: string): void {
    this.#cutAt = text
  }

  /** From now on requests go through and no reply comes back, as from a server that hangs. */
  silence(): void {
    this.#silent = true
  }

  /** Cuts every connection now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(client: Socket, server: Socket): void {
    let cutting = false
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      // A cut connection ends in ECONNRESET on the other side; that is what the proxy is for.
      socket.on('error', () => socket.destroy())
      socket.once('close', () => this.#sockets.delete(socket))
    }
    client.on('data', (request) => {
      cutting ||= this.#cutAt !== undefined && request.includes(this.#cutAt)
      if (cutting) this.#cutAt = undefined
      server.write(request)
    })
    server.on('data', (reply) => {
      // The reply shows that the server has done it; the client never sees it.
      if (cutting) client.destroy()
      else if (!this.#silent) client.write(reply)
    })
    client.once('close', () => server.end())
    server.once('close', () => client.destroy())
  }
}
