import type { DeadlockWait } from '../errors/deadlock.ts'
import { describeKey, keyParts } from './key-info.ts'
import type { SqlRow } from './sql.ts'

/** How a session asks about a deadlock that it was the victim of. */
export interface DeadlockSource {
  /** Runs a text of several queries over another connection than the session's; resolves to the rows of each. */
  ask(text: string): Promise<readonly SqlRow[][]>
  /** The name of the session with this connection, if it is known. */
  nameOf(connectionId: number): string | undefined
}

/** What a server knows of deadlocks, and of the transactions that are open. */
export interface DeadlockRecords {
  readonly waits: readonly SqlRow[]
  readonly open: readonly SqlRow[]
}

/**
 * Reads everything that a server still knows of deadlocks: one row for each wait, a DEADLOCK_ID for the rows of one
 * deadlock on one server, and of all deadlocks only the last ones.
 *
 * Source: https://docs.pingcap.com/tidb/stable/information-schema-deadlocks
 *
 * @throws StatementError, as for a user without the privilege PROCESS
 */
export async function readDeadlocks(source: DeadlockSource): Promise<DeadlockRecords> {
  // Transactions first: the others of the cycle go on, and may be gone in a moment.
  const [open = [], waits = []] = await source.ask(
    'SELECT CAST(id AS CHAR) AS id, session_id FROM information_schema.cluster_tidb_trx; ' +
      'SELECT instance, deadlock_id, CAST(try_lock_trx_id AS CHAR) AS waiting, CAST(trx_holding_lock AS CHAR) AS holding, ' +
      'key_info, `key`, current_sql_digest_text AS digest FROM information_schema.cluster_deadlocks',
  )
  return { waits, open }
}

/**
 * The cycle of the deadlock in which a transaction was the victim, from its own wait on; empty when there is no record
 * of it. The transaction is known by its start timestamp, in digits.
 */
export function cycleOf(
  victim: { readonly transaction: string; readonly session: string },
  { waits, open }: DeadlockRecords,
  source: DeadlockSource,
): DeadlockWait[] {
  const names = new Map(
    open.map((row) => {
      const id = Number(row['session_id'])
      return [String(row['id']), source.nameOf(id) ?? `connection ${id}`]
    }),
  )
  names.set(victim.transaction, victim.session)
  const nameOf = (transaction: string): string => names.get(transaction) ?? `transaction ${transaction}`
  return cycleFrom(victim.transaction, waits).map((row) => ({
    waiting: nameOf(String(row['waiting'])),
    holding: nameOf(String(row['holding'])),
    key: describeKey(keyParts(row['key_info'], row['key'])) ?? `key ${String(row['key'])}`,
    sql: textOf(row['digest']),
  }))
}

/** The rows of the victim's deadlock, each after the one that waits for it. A transaction is a victim only once. */
function cycleFrom(victim: string, rows: readonly SqlRow[]): SqlRow[] {
  const own = rows.find((row) => String(row['waiting']) === victim)
  if (own === undefined) return []
  const same = rows.filter((row) => row['instance'] === own['instance'] && row['deadlock_id'] === own['deadlock_id'])
  const cycle: SqlRow[] = []
  let next: SqlRow | undefined = own
  while (next !== undefined && !cycle.includes(next)) {
    cycle.push(next)
    const holding: unknown = next['holding']
    next = same.find((row) => row['waiting'] === holding)
  }
  return cycle
}

function textOf(value: SqlRow[string] | undefined): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : String(value)
}
