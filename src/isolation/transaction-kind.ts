import type { IsolationLevel, TransactionMode } from './isolation-setting.ts'

/** How a transaction is begun. */
export interface TransactionKind {
  readonly level: IsolationLevel
  readonly mode: TransactionMode
}

export const transactionKinds: readonly TransactionKind[] = [
  { mode: 'pessimistic', level: 'REPEATABLE READ' },
  { mode: 'pessimistic', level: 'READ COMMITTED' },
  { mode: 'optimistic', level: 'REPEATABLE READ' },
  { mode: 'optimistic', level: 'READ COMMITTED' },
]

/** The levels of SQL-92 that TiDB does not have (docs.pingcap.com/tidb/stable/transaction-isolation-levels). */
export const otherLevels = ['READ UNCOMMITTED', 'SERIALIZABLE'] as const
