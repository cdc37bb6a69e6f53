import type { Progress } from '../backends/backend.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { openSession } from '../connections/open-session.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { isolationMatrix, type MatrixLine } from '../isolation/isolation-matrix.ts'
import { withTemporaryDatabase } from '../isolation/temporary-database.ts'
import { startTidb } from './start-tidb.ts'

/** What `tidb-test isolation` found. Plain data. */
export interface MeasuredIsolation {
  /** Which TiDB: version, store, where it came from. */
  readonly server: string
  readonly rows: number
  readonly matrix: readonly MatrixLine[]
}

/** Measures on the TiDB that a test run would use; ends what it started and drops what it made. */
export async function measureIsolation(
  config: ResolvedConfig,
  options: {
    readonly rows: number
    readonly progress: Progress
    readonly signal: AbortSignal
    readonly hooks: readonly StatementHook[]
  },
): Promise<MeasuredIsolation> {
  const { rows, progress, signal, hooks } = options
  const tidb = await startTidb(config, progress, signal)
  try {
    const { endpoint } = tidb.server
    const { timeout } = config.database
    const matrix = await withTemporaryDatabase(endpoint, (database) =>
      isolationMatrix({
        rows,
        signal,
        openSession: (name) => openSession({ name, endpoint, database, timeout, signal, hooks }),
        onLine: ({ level, mode }, done, total) => progress.update(`${level}, ${mode}`, done, total),
      }),
    )
    return { server: tidb.banner, rows, matrix }
  } finally {
    await tidb.stop()
  }
}
