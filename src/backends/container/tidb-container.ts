import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  type WaitStrategy,
} from 'testcontainers'
import { imageReference } from './image-reference.ts'
import { withReuseLock } from './reuse-lock.ts'
import { StartedTiDBContainer } from './started-tidb-container.ts'
import { SQL_PORT, STATUS_PORT } from './tidb-ports.ts'
import { TidbReady } from './tidb-ready.ts'

const START_TIMEOUT = 120_000
const CONFIG_PATH = '/vitest-tidb.toml'
const CONFIG_LABEL = 'org.vitest-tidb.config'

/**
 * TiDB for Testcontainers: a single server with its built-in store.
 *
 *     const container = await new TiDBContainer('pingcap/tidb:v8.5.4').start()
 *     await createConnection(container.getConnectionUri())
 *
 * `start()` resolves when `/status` answers 200 and a query is answered. It throws BackendError with
 * `BACKEND_CONTAINER_EXITED` or `BACKEND_CONTAINER_NOT_READY`, both with the last lines of the log, and otherwise what
 * Testcontainers throws.
 */
export class TiDBContainer extends GenericContainer {
  readonly #ready: TidbReady
  #config: (() => Promise<string>) | undefined
  /** Of the configuration, once it has been read. */
  #archive: Buffer | undefined
  #startArguments: readonly string[] = []
  #database = 'test'

  /** Without an image: `pingcap/tidb` with the tag that TIDB_VERSION names, such as `v8.5.4`, or `8.5.4`, or `nightly`. */
  constructor(image: string = defaultImage()) {
    super(image)
    this.#ready = new TidbReady(image, START_TIMEOUT)
    this.withExposedPorts(SQL_PORT, STATUS_PORT)
      .withWaitStrategy(this.#ready as WaitStrategy)
      // The first start writes it into the database; it must not depend on the image.
      .withEnvironment({ TZ: 'UTC' })
  }

  /** A configuration file of TiDB: its path on this machine. */
  withConfigFile(path: string): this {
    this.#config = () => readFile(path, 'utf8')
    return this
  }

  /** A configuration file of TiDB: its text, in TOML. */
  withConfig(toml: string): this {
    this.#config = () => Promise.resolve(toml)
    return this
  }

  /** Flags of tidb-server, after those of the image: `['-L', 'warn']`. */
  withStartArguments(flags: readonly string[]): this {
    this.#startArguments = flags
    return this
  }

  /** Database that connections begin in; made when it is not there. Default `test`, which TiDB has. */
  withDatabase(database: string): this {
    this.#database = database
    return this
  }

  override async start(): Promise<StartedTiDBContainer> {
    const started = await (this.reuse ? withReuseLock(this.imageName.string, () => super.start()) : super.start())
    return await this.#opened(started)
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const flags = [...this.#startArguments]
    if (this.#config !== undefined) {
      const content = await this.#config()
      flags.push('-config', CONFIG_PATH)
      this.#archive = await archiveOf(CONFIG_PATH, content)
      // Testcontainers tells containers that can be reused by how they are created; what is copied is no part of that.
      this.withLabels({ [CONFIG_LABEL]: createHash('sha256').update(content).digest('hex') })
    }
    if (flags.length === 0) return
    this.withCommand([...(this.createOpts.Cmd ?? (await this.#commandOfImage())), ...flags])
    // A second start of the same definition must not add them twice.
    this.#startArguments = []
    this.#config = undefined
  }

  /** With Testcontainers' own way to copy a text it would take longer to read the code for it than to start a container. */
  protected override async containerCreated(id: string): Promise<void> {
    if (this.#archive === undefined) return
    const { container } = await getContainerRuntimeClient()
    await container.putArchive(container.getById(id), Readable.from([this.#archive]), '/')
  }

  async #commandOfImage(): Promise<readonly string[]> {
    const client = await getContainerRuntimeClient()
    const { Config: config } = await client.image.inspect(this.imageName)
    return config.Cmd ?? []
  }

  async #opened(started: StartedTestContainer): Promise<StartedTiDBContainer> {
    const { identity } = this.#ready
    if (identity === undefined) throw new Error('another wait strategy took the place of the one of TiDBContainer')
    const container = new StartedTiDBContainer(started, this.#database, identity)
    if (this.#database !== 'test') await container.createDatabase()
    return container
  }
}

async function archiveOf(path: string, content: string): Promise<Buffer> {
  const { pack } = await import('tar-stream')
  const archive = pack()
  archive.entry({ name: path.slice(1), mode: 0o644 }, content)
  archive.finalize()
  return await buffer(archive)
}

function defaultImage(): string {
  const version = process.env['TIDB_VERSION']
  return imageReference(version === undefined || version === '' ? {} : { version })
}
