import type { Session, Tidb } from 'vitest-tidb'

/**
 * For scenarios whose report names who is blocked and by whom: it is another one for an account that may not look at
 * other sessions' locks, which therefore meets its refusal first. TiDB's own store shows them by TIDB_MVCC_INFO alone.
 *
 * @throws StatementError with the privilege that is missing
 */
export async function mustSeeLocks(db: Session, { store }: Tidb): Promise<void> {
  await db.query`SELECT 1 FROM information_schema.data_lock_waits LIMIT 1`
  if (store === 'unistore') await db.query`SELECT TIDB_MVCC_INFO('')`
}
