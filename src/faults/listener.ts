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
  #refusals = 0
  #closed = false
  #turn: Promise<void> = Promise.resolve()

  private constructor(server: Server, onClient: (client: Socket) => void) {
    this.#server = server
    this.#onClient = onClient
    this.port = (server.address() as AddressInfo).port
  }

  static async open(onClient: (client: Socket) => void): Promise<Listener> {
    return new Listener(await listening(0, onClient), onClient)
  }

  /** New clients are refused, as by a machine on which nothing listens, until as many have asked to reopen it. Those who are connected stay. */
  refuse(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#refusals === 0 && !this.#closed) {
        this.#placeholder = await this.#hold()
        this.#server.close()
      }
      this.#refusals++
    })
  }

  /** @throws FaultError `FAULT_PORT_TAKEN` when somebody else has taken the port meanwhile */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      if (--this.#refusals > 0 || this.#closed) return
      this.#server = await this.#listenAgain()
      this.#letGo()
    })
  }

  /** Idempotent. Whoever refused clients until now does not open it again. */
  close(): Promise<void> {
    this.#closed = true
    return this.#inTurn(async () => {
      this.#letGo()
      await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    })
  }

  /** One after the other: leaving the port and taking it again are several steps each. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    // A failure is told to whoever asked for it.
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #listenAgain(): Promise<Server> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await listening(this.port, this.#onClient)
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
