import type { Progress } from '../backends/backend.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { openSession } from '../connections/open-session.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { catalogue } from '../isolation/anomalies/catalogue.ts'
import { titleOf } from '../isolation/anomalies/anomaly-case.ts'
import { isolationMatrix, type IsolationMatrix } from '../isolation/isolation-matrix.ts'
import { withTemporaryDatabase } from '../isolation/temporary-database.ts'
import { startTidb } from './start-tidb.ts'

/** What `tidb-test isolation` found. Plain data. */
export interface MeasuredIsolation extends IsolationMatrix {
  /** Which TiDB: version, store, where it came from. */
  readonly server: string
  /** So many rows, in pairs, were tested at once. */
  readonly rows: number
  /** The rows of the matrix: each anomaly in each of its forms. */
  readonly cases: readonly { readonly title: string; readonly anomaly: string; readonly story: string }[]
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
    const pairs = Math.floor(rows / 2)
    const matrix = await withTemporaryDatabase(
      endpoint,
      (database) =>
        isolationMatrix({
          pairs,
          signal,
          openSession: (name) =>
            openSession({ name, endpoint, database, timeout, connectTimeout: timeout, signal, hooks }),
          onColumn: ({ level, mode }, done, total) => progress.update(`${mode}, ${level}`, done, total),
        }),
      { timeout, retry: config.retry },
    )
    const cases = catalogue.map((each) => ({ title: titleOf(each), anomaly: each.anomaly, story: each.story }))
    return { server: tidb.banner, rows: pairs * 2, cases, ...matrix }
  } finally {
    await tidb.stop()
  }
}
