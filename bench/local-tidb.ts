import { backendsFor } from '../src/backends/assemble.ts'
import type { RunningBackend, Schema } from '../src/backends/backend.ts'
import { resolveConfig } from '../src/config/resolve-config.ts'
import { terminalProgress } from '../src/logging/terminal-progress.ts'

/** The tidb-server that TIDB_BINARY names, else the embedded one; `binary` is its path. */
export async function localBackend(schema?: Schema): Promise<{ running: RunningBackend; binary: string }> {
  const config = resolveConfig({ cwd: process.cwd(), env: process.env })
  const backends = backendsFor(config)
  const backend = config.backend.binary === undefined ? backends.embedded : backends.binary
  using progress = terminalProgress(process.stderr)
  const running = await backend.start({ progress, ...(schema === undefined ? {} : { schema }) })
  return { running, binary: running.detail }
}
