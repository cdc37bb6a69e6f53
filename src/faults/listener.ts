import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { FaultError } from '../errors/fault-error.ts'

const HOST = '127.0.0.1'
const ATTEMPTS = 50
const PAUSE_MS = 20

/** Takes clients on a port of its own, which it can leave for a while and take again. */
export class Listener {
  readonly port: number
  readonly #onClient: (client: Socket) => void
  #server: Server
  /** While nobody listens, a connection from the port to itself keeps others from being given it. */
  #placeholder: readonly Socket[] = []

  private constructor(server: Server, onClient: (client: Socket) => void) {
    this.#server = server
    this.#onClient = onClient
    this.port = (server.address() as AddressInfo).port
  }

  static async open(onClient: (client: Socket) => void): Promise<Listener> {
    return new Listener(await listening(0, onClient), onClient)
  }

  /** New clients are refused, as by a machine on which nothing listens. Those who are connected stay. */
  async refuse(): Promise<void> {
    if (this.#placeholder.length > 0) return
    this.#placeholder = await this.#hold()
    this.#server.close()
  }

  /** @throws FaultError `FAULT_PORT_TAKEN` when somebody else has taken the port meanwhile */
  async reopen(): Promise<void> {
    if (this.#placeholder.length === 0) return
    for (let attempt = 1; ; attempt++) {
      try {
        this.#server = await listening(this.port, this.#onClient)
        break
      } catch (error) {
        if (attempt === ATTEMPTS) {
          throw new FaultError('FAULT_PORT_TAKEN', `port ${this.port} was taken while connections to it were refused`, {
            cause: error,
            remedy: 'Another process listens there now; run the test again.',
          })
        }
        await sleep(systemClock, PAUSE_MS)
      }
    }
    this.#letGo()
  }

  close(): Promise<void> {
    this.#letGo()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #letGo(): void {
    for (const socket of this.#placeholder) socket.destroy()
    this.#placeholder = []
  }

  async #hold(): Promise<readonly Socket[]> {
    const server = this.#server
    const clients = server.listeners('connection') as ((client: Socket) => void)[]
    server.removeAllListeners('connection')
    const arrived = new Promise<Socket>((resolve) => {
      server.on('connection', (socket) => {
        if (socket.remotePort === own.localPort) resolve(socket)
        else for (const client of clients) client(socket)
      })
    })
    const own = connect({ host: HOST, port: this.port })
    own.on('error', () => own.destroy())
    const other = await arrived
    other.on('error', () => other.destroy())
    return [own, other]
  }
}

function listening(port: number, onClient: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    // What one side has closed, the other may still write to.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onClient)
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
