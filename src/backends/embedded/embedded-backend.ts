import { isTidbTestError } from '../../errors/tidb-test-error.ts'
import type { Availability, Backend, BackendStartOptions, RunningBackend } from '../backend.ts'
import { startLocalBackend } from '../local/local-backend.ts'
import { findGo } from './go-toolchain.ts'
import { packagedServer } from './packaged-server.ts'
import { cachedBuild, type EmbeddedOptions, embeddedPlan, installWith } from './install-embedded.ts'

export interface EmbeddedBackendOptions extends EmbeddedOptions {
  /** How many databases a server holds ready. Default 300, fewer with a schema. */
  readonly readyDatabases?: number
}

/**
 * Servers from a tidb-server that a package for this platform brought, or that is built here, once, with nothing but the
 * Go toolchain.
 */
export function embeddedBackend(options: EmbeddedBackendOptions): Backend {
  return new EmbeddedBackend(options)
}

class EmbeddedBackend implements Backend {
  readonly kind = 'embedded'
  readonly #options: EmbeddedBackendOptions

  constructor(options: EmbeddedBackendOptions) {
    this.#options = options
  }

  async check(): Promise<Availability> {
    try {
      const plan = await embeddedPlan(this.#options)
      const packaged = await packagedServer(plan, this.#options.cacheDirectory)
      if (packaged !== undefined) return { usable: true, detail: `${plan.release} (${packaged})`, ready: true }
      const cached = await cachedBuild(this.#options, plan)
      if (cached !== undefined && cached !== 'damaged') {
        return { usable: true, detail: `${plan.release} built earlier (${cached})`, ready: true }
      }
      const go = await findGo(this.#options.goBinary, plan.minimumGo)
      return { usable: true, detail: `${plan.release}, to be built with Go ${go.version} (${go.path})`, ready: false }
    } catch (error) {
      if (!isTidbTestError(error)) throw error
      return {
        usable: false,
        reason: error.message.split('\n')[0] ?? '',
        remedy: error.remedy ?? 'Use a container or an external server.',
      }
    }
  }

  /** @throws BackendError as `installEmbedded` does, and what making the template throws */
  async start(start: BackendStartOptions): Promise<RunningBackend> {
    const { cacheDirectory, readyDatabases } = this.#options
    const binary = async (reaper: Promise<Parameters<typeof installWith>[2]>): Promise<string> => {
      const plan = await embeddedPlan(this.#options)
      const packaged = await packagedServer(plan, cacheDirectory)
      if (packaged !== undefined) return packaged
      const cached = await cachedBuild(this.#options, plan)
      if (cached !== undefined && cached !== 'damaged') return cached
      await start.beforeLong?.()
      return (await installWith(this.#options, plan, await reaper, start.progress, start.signal)).path
    }
    return await startLocalBackend({ kind: this.kind, binary, cacheDirectory, readyDatabases }, start)
  }
}
