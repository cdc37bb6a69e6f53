import type { SqlRow } from '../connections/sql.ts'
import type { Question } from './question.ts'

/** A transaction that is open on the server, as information_schema.tidb_trx has it. */
export interface OpenTransaction {
  /** Its start timestamp. */
  readonly id: bigint
  readonly connectionId: number
  /** The database that names without one mean. */
  readonly database: string
  /** `Idle`, `Running`, `LockWaiting`, `Committing`, `RollingBack`. */
  readonly state: string
  /** When its wait for a lock began, to the microsecond; undefined while it waits for none. */
  readonly waitingSince: string | undefined
  /** Milliseconds that it has waited. */
  readonly waited: number
  /** Keys in its buffer, locked ones included: one that has none holds no lock. Seen on 8.5, after a savepoint too. */
  readonly keys: number
  /** Numbers of the tables that it has named; parents whose rows a foreign key locks are not among them. */
  readonly tables: readonly string[]
}

/**
 * Source: https://docs.pingcap.com/tidb/stable/information-schema-tidb-trx. With the privilege PROCESS it has everybody's
 * transactions, without it one's own user's.
 */
export function openTransactions(everyServer: boolean): Question<readonly OpenTransaction[]> {
  const table = everyServer ? 'cluster_tidb_trx' : 'tidb_trx'
  return {
    sql: `SELECT id, session_id, db, state, CAST(waiting_start_time AS CHAR) AS since, waiting_time, mem_buffer_keys, related_table_ids FROM information_schema.${table}`,
    read: (rows) => rows.map(transactionOf),
  }
}

/** Whether its locks are about to be gone. */
export function isEnding({ state }: OpenTransaction): boolean {
  return state === 'Committing' || state === 'RollingBack'
}

function transactionOf(row: SqlRow): OpenTransaction {
  const since = row['since']
  return {
    id: BigInt(row['id'] as bigint),
    connectionId: Number(row['session_id']),
    database: String(row['db'] ?? ''),
    state: String(row['state']),
    waitingSince: since === null || since === undefined ? undefined : String(since),
    waited: Number(row['waiting_time'] ?? 0) * 1_000,
    keys: Number(row['mem_buffer_keys'] ?? 0),
    tables: String(row['related_table_ids'] ?? '')
      .split(',')
      .filter((table) => table !== ''),
  }
}
