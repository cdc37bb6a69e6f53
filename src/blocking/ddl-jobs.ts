import type { SqlRow } from '../connections/sql.ts'
import type { Question } from './question.ts'

/** A schema change that is queued or under way. */
export interface DdlJob {
  readonly id: number
  readonly database: string
  readonly table: string
  /** The connection that asked for it; undefined where TiDB does not note it. */
  readonly connectionId: number | undefined
  /** Whether it waits for its turn: nothing of it has been done yet. */
  readonly queued: boolean
  readonly schemaIds: readonly string[]
  /** `0` for a change of a whole database. */
  readonly tableIds: readonly string[]
}

/** Source: mysql.tidb_ddl_job has the jobs that are not done; job_meta is TiDB's model.Job as JSON. */
export const ddlJobs: Question<readonly DdlJob[]> = {
  sql: `SELECT job_id, schema_ids, table_ids, JSON_UNQUOTE(JSON_EXTRACT(meta, '$.schema_name')) AS db,
    JSON_UNQUOTE(JSON_EXTRACT(meta, '$.table_name')) AS tbl, JSON_EXTRACT(meta, '$.state') AS state,
    JSON_EXTRACT(meta, '$.trace_info.connection_id') AS connection_id
    FROM (SELECT *, CAST(CAST(job_meta AS CHAR) AS JSON) AS meta FROM mysql.tidb_ddl_job) AS job`,
  read: (rows) => rows.map(jobOf),
}

/** Whether two schema changes must come one after the other: of the same table, or the one of the other's whole database. */
export function overlap(one: DdlJob, other: DdlJob): boolean {
  if (isOfDatabase(one) || isOfDatabase(other)) return one.schemaIds.some((id) => other.schemaIds.includes(id))
  return one.tableIds.some((id) => other.tableIds.includes(id))
}

function isOfDatabase({ tableIds }: DdlJob): boolean {
  return tableIds.every((id) => id === '0')
}

/** Of model.JobState: none, and queueing. */
const QUEUED: ReadonlySet<string> = new Set(['0', '8'])

function jobOf(row: SqlRow): DdlJob {
  const connection = Number(row['connection_id'] ?? 0)
  return {
    id: Number(row['job_id']),
    database: String(row['db'] ?? ''),
    table: String(row['tbl'] ?? ''),
    connectionId: connection === 0 ? undefined : connection,
    queued: QUEUED.has(String(row['state'])),
    schemaIds: String(row['schema_ids']).split(','),
    tableIds: String(row['table_ids']).split(','),
  }
}
