import type { Question } from './question.ts'
import { lockedKey, type LockedKey } from './locked-key.ts'

/** One transaction that waits for a key that another one has locked. */
export interface LockWait {
  readonly waiting: bigint
  readonly holding: bigint
  readonly key: LockedKey
}

/**
 * Source: https://docs.pingcap.com/tidb/stable/information-schema-data-lock-waits. On TiKV it has every wait for a lock; on
 * unistore only those of statements that meet a lock while they commit. Needs the privilege PROCESS.
 */
export const lockWaits: Question<readonly LockWait[]> = {
  sql: 'SELECT trx_id, current_holding_trx_id, `key`, key_info FROM information_schema.data_lock_waits',
  read: (rows) =>
    rows.map((row) => ({
      waiting: BigInt(row['trx_id'] as bigint),
      holding: BigInt(row['current_holding_trx_id'] as bigint),
      key: lockedKey(row['key_info'], row['key']),
    })),
}
