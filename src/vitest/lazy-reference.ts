import { defaultCacheDirectory } from '../backends/local/default-cache-directory.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import type { RunningReference } from '../reference/reference-server.ts'

interface ReferenceOfRun {
  readonly config: ResolvedConfig
  readonly signal: AbortSignal
  readonly told: { info(line: string): void }
}

/** The server that TiDB is compared with: one for the run, started when a test first asks; that it can't be had stays so. */
export function lazyReference(run: ReferenceOfRun): {
  readonly get: () => Promise<RunningReference>
  readonly stop: () => Promise<void>
} {
  let started: Promise<RunningReference> | undefined
  return {
    get: () => (started ??= start(run)),
    stop: async () => {
      // Whoever asked for it has met its failure.
      const running = await started?.catch(() => undefined)
      await running?.stop()
    },
  }
}

async function start({ config, signal, told }: ReferenceOfRun): Promise<RunningReference> {
  const { startReference } = await import('../reference/start-reference.ts')
  using progress = terminalProgress(process.stderr, { level: config.logging.level })
  const running = await startReference({
    config: config.reference,
    cacheDirectory: config.backend.cacheDirectory ?? defaultCacheDirectory(),
    connectTimeout: config.database.timeout,
    progress,
    signal,
  })
  progress.clear()
  told.info(`Compared with ${running.name} (${running.detail})`)
  return running
}
