import type { SqlResult } from '../connections/sql.ts'
import type { WaitKind, WaitTarget } from './wait.ts'

export interface LockedKey {
  readonly kind: WaitKind
  readonly target: WaitTarget
}

/** KEY_INFO. Source: https://docs.pingcap.com/tidb/stable/information-schema-deadlocks#key_info */
interface KeyInfo {
  readonly db_name?: string
  readonly table_name?: string
  readonly partition_name?: string
  readonly handle_value?: string
  readonly index_name?: string
  readonly index_values?: readonly unknown[]
}

/** What a key of the store stands for: a row, or an entry of a unique index. */
export function targetOfKey(keyInfo: SqlResult | undefined): LockedKey {
  const info = parsed(keyInfo)
  const { db_name: database, table_name: table, index_name: index } = info
  const values = index === undefined ? [info.handle_value] : (info.index_values ?? [])
  const key = values.filter((value) => value !== undefined).map(literalOf)
  return {
    kind: table === undefined ? 'unknown' : index === undefined ? 'row-lock' : 'unique-key',
    target: {
      ...(database === undefined ? {} : { database }),
      ...(table === undefined ? {} : { table }),
      ...(index === undefined ? {} : { index }),
      ...(key.length === 0 ? {} : { key: key.join(', ') }),
    },
  }
}

/** `row t(1)`, `unique key t.email('a@b.c')`, `metadata of t, DDL job 112`, `user lock 'x'`. */
export function describeTarget({ table, index, key, job, lock }: WaitTarget): string | undefined {
  if (lock !== undefined) return `user lock ${literalOf(lock)}`
  if (job !== undefined) return `metadata of ${table ?? 'a table'}, DDL job ${job}`
  if (table === undefined) return undefined
  const values = key === undefined ? '' : `(${key})`
  return index === undefined ? `row ${table}${values}` : `unique key ${table}.${index}${values}`
}

/** A value as SQL writes it: numbers as they are, the rest in quotes. */
export function literalOf(value: unknown): string {
  const text = String(value)
  return /^-?\d+(?:\.\d+)?$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`
}

function parsed(keyInfo: SqlResult | undefined): KeyInfo {
  if (typeof keyInfo !== 'string' || keyInfo === '') return {}
  try {
    return JSON.parse(keyInfo) as KeyInfo
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
