import { BackendError } from '../../errors/backend-error.ts'
import type { ServerControl } from '../server-control.ts'
import type { ServerProcess } from './server-process.ts'
import { stopGracefully } from './stop-gracefully.ts'

/** A server's process of this moment, which may be another one after a restart. */
export class LocalControl implements ServerControl {
  readonly #start: (ports: readonly [number, number]) => Promise<ServerProcess>
  #server: ServerProcess
  #ended = false

  constructor(server: ServerProcess, start: (ports: readonly [number, number]) => Promise<ServerProcess>) {
    this.#server = server
    this.#start = start
  }

  get server(): ServerProcess {
    return this.#server
  }

  /** The run is over: nothing is started any more. */
  end(): void {
    this.#ended = true
  }

  async kill(): Promise<void> {
    await this.#server.process.signal('SIGKILL')
    await this.#server.process.waitForExit()
  }

  async pause(): Promise<void> {
    await this.#server.process.signal('SIGSTOP')
  }

  async resume(): Promise<void> {
    await this.#server.process.signal('SIGCONT')
  }

  /** @throws BackendError what starting a server throws; `BACKEND_STOPPED` */
  async restart({ kill = false }: { readonly kill?: boolean } = {}): Promise<void> {
    const { port, statusPort } = this.#server
    if (kill) {
      await this.kill()
    } else {
      // A process that is stopped takes no other signal.
      await this.resume()
      await stopGracefully(this.#server)
    }
    if (this.#ended)
      throw new BackendError('BACKEND_STOPPED', 'The server was to be started again, and its run is over.')
    this.#server = await this.#start([port, statusPort])
  }
}
