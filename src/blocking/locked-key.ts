import { describeKey, keyParts, literalOf } from '../connections/key-info.ts'
import type { SqlResult } from '../connections/sql.ts'
import type { WaitKind, WaitTarget } from './wait.ts'

export interface LockedKey {
  readonly kind: WaitKind
  readonly target: WaitTarget
}

/** What a key of the store stands for: a row, or an entry of a unique index. */
export function lockedKey(keyInfo: SqlResult | undefined, bytes: SqlResult | undefined): LockedKey {
  const target = keyParts(keyInfo, bytes)
  const kind = target.table === undefined ? 'unknown' : target.index === undefined ? 'row-lock' : 'unique-key'
  return { kind, target }
}

/** `row t(1)`, `unique key t.email('a@b.c')`, `metadata of t, DDL job 112`, `user lock 'x'`. */
export function describeTarget(target: WaitTarget): string | undefined {
  const { table, job, lock } = target
  if (lock !== undefined) return `user lock ${literalOf(lock)}`
  if (job !== undefined) return `metadata of ${table ?? 'a table'}, DDL job ${job}`
  return describeKey(target)
}
