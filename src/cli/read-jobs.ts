import type { Session } from '../connections/session.ts'
import type { SqlRow } from '../connections/sql.ts'
import { StatementError } from '../errors/statement-error.ts'

/** One look at the jobs of a TiDB. Plain data; times as the server writes them, in UTC. */
export interface LookedAtJobs {
  /** ISO 8601. */
  readonly at: string
  readonly ddl: JobList
  readonly imports: JobList
  /** LOAD DATA under way, which is a statement and no job: `job_id` is the session that runs it. */
  readonly loads: JobList
}

/** Jobs as the server describes them, the newest first; or why they are not to be seen. */
export type JobList = { readonly jobs: readonly Job[] } | { readonly unavailable: string }

type Job = Readonly<Record<string, string | number | null>>

/** Queued and running DDL jobs are all shown, finished ones up to this number. */
const FINISHED_JOBS = 10

/** ER_SPECIFIC_ACCESS_DENIED and ER_PRIVILEGE_CHECK_FAIL; ER_PARSE and ER_NOT_SUPPORTED_YET of a server that has no such statement. */
const UNAVAILABLE: ReadonlySet<number> = new Set([1142, 1227, 8121, 1064, 1235])

/**
 * Columns: https://docs.pingcap.com/tidb/stable/sql-statement-admin-show-ddl and
 * https://docs.pingcap.com/tidb/stable/sql-statement-show-import-job
 */
export async function readJobs(session: Session): Promise<LookedAtJobs> {
  return {
    at: new Date().toISOString(),
    ddl: await list(() => session.query`ADMIN SHOW DDL JOBS ${FINISHED_JOBS}`),
    imports: await list(() => session.query`SHOW IMPORT JOBS`),
    loads: await list(async () =>
      runningLoads(
        await session.query`
      SELECT * FROM information_schema.cluster_processlist WHERE UPPER(INFO) LIKE '%LOAD%DATA%'`,
      ),
    ),
  }
}

const LOAD_DATA = /^\s*(?:\/\*[^]*?\*\/\s*)*LOAD\s+DATA\b/i
const NAME = '(?:`(?:[^`]|``)+`|[\\w$]+)'
const INTO_TABLE = new RegExp(`\\bINTO\\s+TABLE\\s+(${NAME}(?:\\s*\\.\\s*${NAME})?)`, 'i')

/** The statement itself is not told: the place that it loads from may have a key in it. */
function runningLoads(processes: readonly SqlRow[]): SqlRow[] {
  return processes
    .filter(({ INFO }) => LOAD_DATA.test(String(INFO)))
    .map(({ ID, USER, DB, TIME, INFO, ROWS_AFFECTED }) => ({
      job_id: ID ?? null,
      user: USER ?? null,
      db_name: DB ?? null,
      table_name: INTO_TABLE.exec(String(INFO))?.[1] ?? null,
      seconds: TIME ?? null,
      // Servers before 8.5 do not count them while they come.
      row_count: ROWS_AFFECTED ?? null,
    }))
}

async function list(ask: () => Promise<SqlRow[]>): Promise<JobList> {
  try {
    const jobs = (await ask()).map(plain)
    return { jobs: jobs.toSorted((left, right) => idOf(right) - idOf(left)) }
  } catch (error) {
    if (!(error instanceof StatementError) || !UNAVAILABLE.has(error.errno)) throw error
    return { unavailable: error.message.split('\n')[0] ?? error.symbol }
  }
}

/** Keys in lower case: ADMIN SHOW DDL JOBS shouts, SHOW IMPORT JOBS does not. */
function plain(row: SqlRow): Job {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.toLowerCase(), plainValue(value)] as const),
  )
}

function plainValue(value: SqlRow[string]): string | number | null {
  if (value === null || typeof value === 'number') return value
  if (value instanceof Date) return value.toISOString()
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
}

function idOf(job: Job): number {
  return Number(job['job_id'] ?? 0)
}
