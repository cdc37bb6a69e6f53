import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { getContainerRuntimeClient, type BoundPorts, type WaitStrategy } from 'testcontainers'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { ServerIdentity } from '../external/identify-server.ts'
import { LOG_TAIL, logLines, type ContainerState } from './containers.ts'
import { SQL_PORT, STATUS_PORT } from './tidb-ports.ts'

/** Milliseconds between two knocks, and between two looks whether the container still runs: those cost the engine more. */
const PACE = 15
const STATE_PACE = 250

/** What is needed of Dockerode's container. */
interface Inspectable {
  readonly id: string
  inspect(): Promise<{ State: { Running: boolean; ExitCode: number; OOMKilled: boolean; Error: string } }>
  logs(options: { stdout: true; stderr: true; tail: number; follow: false }): Promise<Buffer>
}

/**
 * Ready is: `/status` answers 200, and then a query is answered (the port opens before TiDB can answer).
 *
 * Throws `BACKEND_CONTAINER_EXITED` as soon as the container has ended, and `BACKEND_CONTAINER_NOT_READY` at the
 * deadline, both with the last lines of the container's log.
 */
export class TidbReady implements WaitStrategy {
  /** Who answered; undefined until then. */
  identity: ServerIdentity | undefined
  readonly #image: string
  #timeout: number

  /** `timeout` in milliseconds. */
  constructor(image: string, timeout: number) {
    this.#image = image
    this.#timeout = timeout
  }

  async waitUntilReady(container: Inspectable, ports: BoundPorts): Promise<void> {
    // Read while TiDB comes up: until here it would have kept the container from being created.
    const { identifyServer } = await import('../external/identify-server.ts')
    const { host } = (await getContainerRuntimeClient()).info.containerRuntime
    const endpoint = { host, port: ports.getBinding(SQL_PORT), user: 'root' }
    const deadline = Date.now() + this.#timeout
    let last = 'nothing was tried'
    for (let nextLook = Date.now() + STATE_PACE; Date.now() < deadline; await pause(PACE)) {
      try {
        await statusAnswers(host, ports.getBinding(STATUS_PORT))
        this.identity = await identifyServer(endpoint, { connectTimeout: 2_000 })
        return
      } catch (error) {
        last = messageOf(error).split('\n')[0] ?? ''
      }
      if (Date.now() < nextLook) continue
      const state = await stateOf(container)
      if (state?.running !== true) throw await this.#exited(container, state)
      nextLook = Date.now() + STATE_PACE
    }
    throw await this.#notReady(container, last)
  }

  async #exited(container: Inspectable, state: ContainerState | undefined): Promise<BackendError> {
    const how =
      state === undefined
        ? 'was removed by somebody else'
        : `ended with exit code ${state.exitCode}${state.outOfMemory ? ', out of memory' : ''}${state.error === '' ? '' : `: ${state.error}`}`
    return new BackendError(
      'BACKEND_CONTAINER_EXITED',
      `The container of ${this.#image} ${how} before TiDB was ready.${await logOf(container)}`,
      {
        context: { image: this.#image, exitCode: state?.exitCode },
        remedy: `Check that ${this.#image} is a TiDB for this machine's processor: docker run --rm ${this.#image} -V`,
      },
    )
  }

  async #notReady(container: Inspectable, last: string): Promise<BackendError> {
    return new BackendError(
      'BACKEND_CONTAINER_NOT_READY',
      `TiDB in the container of ${this.#image} was not ready within ${this.#timeout} ms. Last look: ${last.replace(/\.$/, '')}.${await logOf(container)}`,
      {
        context: { image: this.#image, timeout: this.#timeout },
        remedy:
          `The image must serve SQL on ${SQL_PORT} and status on ${STATUS_PORT}, to root without a password.\n` +
          'On a slow machine raise the time that a start may take: TIDB_START_TIMEOUT, or withStartupTimeout().',
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

/** Undefined when the container is gone. */
async function stateOf(container: Inspectable): Promise<ContainerState | undefined> {
  try {
    const { State } = await container.inspect()
    return { running: State.Running, exitCode: State.ExitCode, outOfMemory: State.OOMKilled, error: State.Error }
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

async function logOf(container: Inspectable): Promise<string> {
  const lines = await container
    .logs({ stdout: true, stderr: true, tail: LOG_TAIL, follow: false })
    .then(logLines, (error: unknown) => {
      if (isGone(error)) return []
      throw error
    })
  return lines.length === 0 ? ' It wrote no log.' : ` Its last log lines:\n  ${lines.join('\n  ')}`
}

/** 404: removed; 409: being removed. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && (error.statusCode === 404 || error.statusCode === 409)
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
