import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { BoundPorts, WaitStrategy } from 'testcontainers'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import { identifyServer, type ServerIdentity } from '../external/identify-server.ts'
import { lastLogLines, stateOf, type ContainerState } from './containers.ts'
import type { DockerEngine } from './docker-engine.ts'

export const SQL_PORT = 4000
export const STATUS_PORT = 10080

/** Milliseconds between two looks. */
const PACE = 50

/**
 * Ready is: `/status` answers 200, and then a query is answered (the port opens before TiDB can answer).
 *
 * Throws `BACKEND_CONTAINER_EXITED` as soon as the container has ended, and `BACKEND_CONTAINER_NOT_READY` at the
 * deadline, both with the last lines of the container's log.
 */
export class TidbReady implements WaitStrategy {
  identity: ServerIdentity | undefined
  readonly #engine: DockerEngine
  readonly #image: string
  readonly #host: string
  #timeout: number

  constructor(engine: DockerEngine, options: { image: string; host: string; timeout: number }) {
    this.#engine = engine
    this.#image = options.image
    this.#host = options.host
    this.#timeout = options.timeout
  }

  async waitUntilReady(container: { readonly id: string }, ports: BoundPorts): Promise<void> {
    const deadline = Date.now() + this.#timeout
    let last = 'nothing was tried'
    while (Date.now() < deadline) {
      const state = await stateOf(this.#engine, container.id)
      if (state?.running !== true) throw await this.#exited(container.id, state)
      try {
        await statusAnswers(this.#host, ports.getBinding(STATUS_PORT))
        const endpoint = { host: this.#host, port: ports.getBinding(SQL_PORT), user: 'root' }
        this.identity = await identifyServer(endpoint, { connectTimeout: 2_000 })
        return
      } catch (error) {
        last = messageOf(error).split('\n')[0] ?? ''
      }
      await pause(PACE)
    }
    throw await this.#notReady(container.id, last)
  }

  async #exited(id: string, state: ContainerState | undefined): Promise<BackendError> {
    const lines = await lastLogLines(this.#engine, id)
    const how =
      state === undefined
        ? 'was removed by somebody else'
        : `ended with exit code ${state.exitCode}${state.outOfMemory ? ', out of memory' : ''}${state.error === '' ? '' : `: ${state.error}`}`
    return new BackendError(
      'BACKEND_CONTAINER_EXITED',
      `The container of ${this.#image} ${how} before TiDB was ready.${logOf(lines)}`,
      {
        context: { image: this.#image, exitCode: state?.exitCode },
        remedy: `Check that ${this.#image} is a TiDB for this machine's processor: docker run --rm ${this.#image} -V`,
      },
    )
  }

  async #notReady(id: string, last: string): Promise<BackendError> {
    const lines = await lastLogLines(this.#engine, id)
    return new BackendError(
      'BACKEND_CONTAINER_NOT_READY',
      `TiDB in the container of ${this.#image} was not ready within ${this.#timeout} ms. Last look: ${last.replace(/\.$/, '')}.${logOf(lines)}`,
      {
        context: { image: this.#image, timeout: this.#timeout },
        remedy: `The image must serve SQL on ${SQL_PORT} and status on ${STATUS_PORT}, to root without a password.\nOn a slow machine raise the time that a start may take.`,
      },
    )
  }

  withStartupTimeout(milliseconds: number): this {
    this.#timeout = milliseconds
    return this
  }

  isStartupTimeoutSet(): boolean {
    return true
  }

  getStartupTimeout(): number {
    return this.#timeout
  }
}

function logOf(lines: readonly string[]): string {
  return lines.length === 0 ? ' It wrote no log.' : ` Its last log lines:\n  ${lines.join('\n  ')}`
}

async function statusAnswers(host: string, port: number): Promise<void> {
  const status = await new Promise<number>((resolve, reject) => {
    const outgoing = request({ host, port, path: '/status', agent: false, timeout: 2_000 }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    outgoing.once('timeout', () => outgoing.destroy(new Error('/status does not answer')))
    outgoing.once('error', reject)
    outgoing.end()
  })
  if (status !== 200) throw new Error(`/status answers ${status}`)
}
