import type { SqlRow } from '../connections/sql.ts'
import type { Question } from './question.ts'

/** Transactions that still work with the schema from before a job's last step. */
export interface MetadataWait {
  readonly job: number
  /** The schema version that everybody must have reached. */
  readonly version: string
  readonly connectionId: number
  readonly transaction: bigint
  /** Whether it began after the step was noted: then it knows the new schema, but for the moment until a server has read it. */
  readonly younger: boolean
}

/**
 * The join of mysql.tidb_mdl_view, for one server or for all. The view also has transactions that began after the job's
 * step, and so know its schema.
 */
export function metadataWaits(everyServer: boolean, mvcc: boolean): Question<readonly MetadataWait[]> {
  const transactions = everyServer ? 'cluster_tidb_trx' : 'tidb_trx'
  const step = mvcc ? "TIDB_MVCC_INFO(TIDB_ENCODE_RECORD_KEY('mysql', 'tidb_mdl_info', info.job_id))" : 'NULL'
  return {
    sql: `SELECT info.job_id, info.version, trx.session_id, trx.id, ${step} AS step
    FROM mysql.tidb_mdl_info AS info, information_schema.${transactions} AS trx
    WHERE trx.related_table_ids <> '' AND CONCAT(',', info.table_ids, ',')
      REGEXP CONCAT(',(', REPLACE(trx.related_table_ids, ',', '|'), '),') <> 0`,
    read: (rows) =>
      rows.map((row) => {
        const transaction = BigInt(row['id'] as bigint)
        return {
          job: Number(row['job_id']),
          version: String(row['version']),
          connectionId: Number(row['session_id']),
          transaction,
          younger: step !== 'NULL' && transaction > newestCommit(row['step']),
        }
      }),
  }
}

/** When a row was last written; 0 when that is not known. */
function newestCommit(mvcc: SqlRow[string] | undefined): bigint {
  const commits = [...String(mvcc).matchAll(/"commit_ts":(\d+)/g)].map(([, commit]) => BigInt(commit ?? 0))
  return commits.reduce((newest, commit) => (commit > newest ? commit : newest), 0n)
}
