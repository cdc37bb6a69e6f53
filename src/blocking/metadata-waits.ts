import type { SqlRow } from '../connections/sql.ts'
import type { Question } from './question.ts'

/** A schema change that is queued or under way. */
export interface DdlJob {
  readonly id: number
  readonly table: string
  readonly database: string
  /** The connection that asked for it; undefined where TiDB does not note it. */
  readonly connectionId: number | undefined
  readonly query: string
  /** Whether it waits for its turn: nothing of it has been done yet. */
  readonly queued: boolean
  readonly schemaIds: readonly string[]
  readonly tableIds: readonly string[]
}

/** Transactions that still work with the schema from before a job's last step. */
export interface MetadataWait {
  readonly job: number
  /** The schema version that everybody must have reached. */
  readonly version: string
  readonly connectionId: number
  readonly transaction: bigint
}

/** Source: mysql.tidb_ddl_job has the jobs that are not done; job_meta is TiDB's model.Job as JSON. */
export const ddlJobs: Question<readonly DdlJob[]> = {
  sql: `SELECT job_id, schema_ids, table_ids,
    JSON_UNQUOTE(JSON_EXTRACT(meta, '$.schema_name')) AS db, JSON_UNQUOTE(JSON_EXTRACT(meta, '$.table_name')) AS tbl,
    JSON_UNQUOTE(JSON_EXTRACT(meta, '$.query')) AS query, JSON_EXTRACT(meta, '$.state') AS state,
    JSON_EXTRACT(meta, '$.trace_info.connection_id') AS connection_id
    FROM (SELECT *, CAST(CAST(job_meta AS CHAR) AS JSON) AS meta FROM mysql.tidb_ddl_job) AS job`,
  read: (rows) => rows.map(jobOf),
}

/** Of model.JobState: none, and queueing. */
const QUEUED: ReadonlySet<string> = new Set(['0', '8'])

function jobOf(row: SqlRow): DdlJob {
  const connection = Number(row['connection_id'] ?? 0)
  return {
    id: Number(row['job_id']),
    table: String(row['tbl'] ?? ''),
    database: String(row['db'] ?? ''),
    connectionId: connection === 0 ? undefined : connection,
    query: String(row['query'] ?? ''),
    queued: QUEUED.has(String(row['state'])),
    schemaIds: String(row['schema_ids']).split(','),
    tableIds: String(row['table_ids']).split(','),
  }
}

/** The join of mysql.tidb_mdl_view, for one server or for all. */
export function metadataWaits(everyServer: boolean): Question<readonly MetadataWait[]> {
  const transactions = everyServer ? 'cluster_tidb_trx' : 'tidb_trx'
  return {
    sql: `SELECT info.job_id, info.version, trx.session_id, trx.id
    FROM mysql.tidb_mdl_info AS info, information_schema.${transactions} AS trx
    WHERE trx.related_table_ids <> '' AND CONCAT(',', info.table_ids, ',')
      REGEXP CONCAT(',(', REPLACE(trx.related_table_ids, ',', '|'), '),') <> 0`,
    read: (rows) =>
      rows.map((row) => ({
        job: Number(row['job_id']),
        version: String(row['version']),
        connectionId: Number(row['session_id']),
        transaction: BigInt(row['id'] as bigint),
      })),
  }
}
