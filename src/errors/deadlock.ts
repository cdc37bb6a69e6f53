/** One wait in the cycle of a deadlock. */
export interface DeadlockWait {
  /** Who waited: a session's name, `connection 42` when it is none of ours, `transaction 4706…` when no more is known. */
  readonly waiting: string
  /** Who held what it waited for. */
  readonly holding: string
  /** `row account(1)`, `unique key account.email('a@b.c')`, or the key's bytes in hexadecimal. */
  readonly key: string
  /** The statement that waited, as TiDB keeps it: with `?` for values. */
  readonly sql: string | undefined
}

/** The cycle of a deadlock in one line a wait: who waits for whom, on what. */
export function deadlockLines(waits: readonly DeadlockWait[]): string[] {
  return waits.map(({ waiting, holding, key, sql }) =>
    [`${waiting} waits for ${holding} on ${key}`, ...(sql === undefined ? [] : [sql])].join(': '),
  )
}
