import { isTidbTestError } from '../../errors/tidb-test-error.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { Availability, Backend, BackendStartOptions, RunningBackend } from '../backend.ts'
import { executable, releaseOf } from '../local/binary-identity.ts'
import { startLocalBackend } from '../local/local-backend.ts'
import { findBinary, tiupFolder } from './find-binary.ts'

export interface BinaryBackendOptions {
  /** A tidb-server. Default: the first on PATH, else the newest of tiup's. */
  readonly path?: string
  readonly cacheDirectory: string
  /** How many databases a server holds ready. Default 300, fewer with a schema. */
  readonly readyDatabases?: number
}

/** Servers from a tidb-server that is on this machine already. */
export function binaryBackend(options: BinaryBackendOptions): Backend {
  return new BinaryBackend(options)
}

class BinaryBackend implements Backend {
  readonly kind = 'binary'
  readonly #options: BinaryBackendOptions

  constructor(options: BinaryBackendOptions) {
    this.#options = options
  }

  async check(): Promise<Availability> {
    try {
      const path = await executable(await this.#locate())
      return { usable: true, detail: `${path} (${await releaseOf(path)})`, ready: true }
    } catch (error) {
      if (!isTidbTestError(error)) throw error
      return {
        usable: false,
        reason: error.message.split('\n')[0] ?? '',
        remedy: error.remedy ?? 'Name another: TIDB_BINARY=/path/to/tidb-server',
      }
    }
  }

  /** @throws BackendError `BACKEND_BINARY` when there is none, or it is not one; what making the template throws */
  async start(start: BackendStartOptions): Promise<RunningBackend> {
    return await startLocalBackend(
      {
        kind: this.kind,
        binary: () => this.#locate(),
        cacheDirectory: this.#options.cacheDirectory,
        readyDatabases: this.#options.readyDatabases,
      },
      start,
    )
  }

  async #locate(): Promise<string> {
    const path = this.#options.path ?? (await findBinary())
    if (path !== undefined) return path
    throw new BackendError('BACKEND_BINARY', `No tidb-server on PATH, and none in ${tiupFolder()}.`, {
      remedy: 'Install one with `tiup install tidb`, or name one: TIDB_BINARY=/path/to/tidb-server',
    })
  }
}
