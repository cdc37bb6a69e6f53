import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startReaper } from '../../child-process/reaper-ahead.ts'
import type { Reaper } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { BackendKind, BackendStartOptions, RunningBackend, RunningServer } from '../backend.ts'
import { assertPortFree, portsWith } from './fixed-port.ts'
import { type BinaryIdentity, identifyBinary } from './binary-identity.ts'
import { keepData } from './keep-data.ts'
import { readyDatabaseCount } from './ready-databases.ts'
import { LocalServer } from './server.ts'
import { LocalControl } from './local-control.ts'
import { startServerProcess, type ChoosePorts, type ServerProcess } from './server-process.ts'
import { stopGracefully } from './stop-gracefully.ts'
import { loadTemplate, type Template } from './template.ts'

export interface LocalBackendOptions {
  readonly kind: BackendKind
  /** Finds or builds the tidb-server; the reaper is there for what it has to run. */
  readonly binary: (reaper: Promise<Reaper>) => Promise<string>
  readonly cacheDirectory: string
  readonly readyDatabases: number | undefined
}

/** Servers on this machine, each a private TiDB that starts from a copy of the template. */
export async function startLocalBackend(
  options: LocalBackendOptions,
  start: BackendStartOptions,
): Promise<RunningBackend> {
  // Before anything that takes long.
  if (start.port !== undefined) await assertPortFree(start.port)
  const reaper = startReaper()
  try {
    // Both are awaited below; that one fails first must not leave the other's failure unheard.
    reaper.catch(() => undefined)
    const binary = await identifyBinary(await options.binary(reaper), options.cacheDirectory)
    const template = await loadTemplate({
      reaper,
      binary,
      cacheDirectory: options.cacheDirectory,
      databaseCount: options.readyDatabases ?? readyDatabaseCount(start.schema),
      schema: start.schema,
      progress: start.progress,
      signal: start.signal,
      onFound: start.onPrepared,
      beforeLong: start.beforeLong,
    })
    return new LocalBackend(options, await reaper, binary, template, start.port)
  } catch (error) {
    await reaper.then((running) => running.close()).catch(() => undefined)
    throw error
  }
}

class LocalBackend implements RunningBackend {
  readonly kind: BackendKind
  readonly version: string
  readonly store = 'unistore'
  readonly detail: string
  readonly sharing = 'private'
  readonly #cacheDirectory: string
  readonly #reaper: Reaper
  readonly #binary: BinaryIdentity
  readonly #template: Template
  readonly #port: number | undefined
  readonly #open = new Set<RunningServer>()
  readonly #stopping = new AbortController()
  #opened = 0
  #stopped: Promise<void> | undefined

  constructor(
    options: LocalBackendOptions,
    reaper: Reaper,
    binary: BinaryIdentity,
    template: Template,
    port: number | undefined,
  ) {
    this.kind = options.kind
    this.version = template.facts.version
    this.detail = binary.path
    this.#cacheDirectory = options.cacheDirectory
    this.#reaper = reaper
    this.#binary = binary
    this.#template = template
    this.#port = port
  }

  /** @throws BackendError `BACKEND_STOPPED` after `stop()`; what starting a server throws; the signal's reason */
  async openServer(signal?: AbortSignal): Promise<RunningServer> {
    if (this.#stopping.signal.aborted) throw stopped()
    const name = `server-${++this.#opened}`
    const folder = join(this.#reaper.runFolder, name)
    const files = `${folder}-data`
    const anySignal = signal === undefined ? this.#stopping.signal : AbortSignal.any([signal, this.#stopping.signal])
    try {
      await this.#template.extract(files)
      const start = (choosePorts: ChoosePorts | undefined, signal: AbortSignal): Promise<ServerProcess> =>
        startServerProcess({
          reaper: this.#reaper,
          binary: this.#binary.path,
          folder,
          dataDirectory: files,
          signal,
          ...(choosePorts === undefined ? {} : { choosePorts }),
        })
      const server = await start(this.#port === undefined ? undefined : portsWith(this.#port), anySignal)
      const control = new LocalControl(server, (ports) => start(() => Promise.resolve(ports), this.#stopping.signal))
      const opened: LocalServer = new LocalServer({
        server,
        control,
        readyDatabases: this.#template.facts.databases,
        notes: this.#template.notes,
        dataDirectory: files,
        end: async (keep) => {
          let directory = files
          control.end()
          if (keep) {
            await control.resume()
            await stopGracefully(control.server)
            directory = await keepData(files, this.#cacheDirectory, this.#keptName(name))
          } else {
            await control.kill()
          }
          await removeAll([folder, files])
          this.#open.delete(opened)
          return directory
        },
      })
      this.#open.add(opened)
      return opened
    } catch (error) {
      await removeAll([folder, files])
      throw error
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort(stopped())
    await Promise.all([...this.#open].map((server) => server.stop()))
    await this.#reaper.close()
  }

  #keptName(name: string): string {
    return `${new Date().toISOString().replaceAll(':', '-')}-${process.pid}-${name}`
  }
}

function stopped(): BackendError {
  return new BackendError('BACKEND_STOPPED', 'The backend has been stopped: it opens no more servers.')
}

async function removeAll(folders: readonly string[]): Promise<void> {
  await Promise.all(
    folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })),
  )
}
