/** How a transaction is begun. */
export interface TransactionKind {
  readonly level: (typeof isolationLevels)[number]
  readonly mode: (typeof transactionModes)[number]
}

/** The levels of SQL-92, from weakest to strongest. */
const isolationLevels = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const

/** https://docs.pingcap.com/tidb/stable/pessimistic-transaction */
const transactionModes = ['pessimistic', 'optimistic'] as const

export const transactionKinds: readonly TransactionKind[] = isolationLevels.flatMap((level) =>
  transactionModes.map((mode) => ({ level, mode })),
)
