import { AbstractStartedContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'
import { urlOf, type Endpoint } from '../../connections/endpoint.ts'
import type { ServerIdentity } from '../external/identify-server.ts'
import { SQL_PORT, STATUS_PORT } from './tidb-ports.ts'

/** A TiDB in a container that has answered a query. Its user is `root`, without a password. */
export class StartedTiDBContainer extends AbstractStartedContainer {
  readonly #database: string
  readonly #identity: ServerIdentity

  constructor(started: StartedTestContainer, database: string, identity: ServerIdentity) {
    super(started)
    this.#database = database
    this.#identity = identity
  }

  /** SQL port on this machine. */
  getPort(): number {
    return this.getMappedPort(SQL_PORT)
  }

  /** Port on this machine of TiDB's HTTP status service. */
  getStatusPort(): number {
    return this.getMappedPort(STATUS_PORT)
  }

  getDatabase(): string {
    return this.#database
  }

  getUsername(): string {
    return 'root'
  }

  getUserPassword(): string {
    return ''
  }

  /** What `SELECT VERSION()` says, such as `8.0.11-TiDB-v8.5.4`. */
  getServerVersion(): string {
    return this.#identity.version
  }

  /** Version and store, as the server tells them. */
  getIdentity(): ServerIdentity {
    return this.#identity
  }

  /** `mysql://root@HOST:PORT/DATABASE`. */
  getConnectionUri(): string {
    return urlOf(this.getEndpoint(), this.#database)
  }

  /** `http://HOST:PORT`, where `/status`, `/schema` and the like are served. */
  getStatusUri(): string {
    return `http://${this.getHost()}:${this.getStatusPort()}`
  }

  /** For `openSession` and all else of `vitest-tidb/engine`. */
  getEndpoint(): Endpoint {
    return { host: this.getHost(), port: this.getPort(), user: 'root', statusPort: this.getStatusPort() }
  }

  /** Stops the server where it is (`docker pause`) while the body runs: connections stay open, and nobody answers. */
  async pause<R>(body: () => Promise<R>): Promise<R> {
    const { container } = await getContainerRuntimeClient()
    const own = container.getById(this.getId())
    await own.pause()
    try {
      return await body()
    } finally {
      await own.unpause()
    }
  }

  /** Unless it is there already. */
  async createDatabase(): Promise<void> {
    const { openWire } = await import('../../connections/open-session.ts')
    const { escapeId } = await import('mysql2')
    const { wire } = await openWire({ endpoint: this.getEndpoint(), connectTimeout: 10_000 })
    try {
      await wire.send(`CREATE DATABASE IF NOT EXISTS ${escapeId(this.#database, true)}`)
    } finally {
      await wire.close()
    }
  }
}
