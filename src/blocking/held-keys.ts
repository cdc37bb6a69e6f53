import { literalOf } from '../connections/key-info.ts'
import type { LockedKey } from './locked-key.ts'
import type { SqlRow } from '../connections/sql.ts'
import type { Question } from './question.ts'

/** A key that somebody has locked. */
export interface HeldKey {
  readonly holding: bigint
  readonly key: LockedKey
}

/** Milliseconds that finding a statement's rows may take. */
const LONGEST = 100

/** Asks for the locks on keys, by the queries of KeyQueries. */
export function heldKeys(queries: readonly string[]): Question<readonly HeldKey[]> {
  return {
    sql: `SELECT /*+ MAX_EXECUTION_TIME(${LONGEST}) */ * FROM (${queries.map((query) => `(${query})`).join(' UNION ALL ')}) AS held`,
    read: (rows) => rows.flatMap(heldKeyOf),
  }
}

/** Asks for the start timestamp of whoever has taken a lock with GET_LOCK(), which TiDB keeps as a row that is never committed. */
export function userLockHolder(name: string): Question<bigint | undefined> {
  return {
    sql: `SELECT TIDB_MVCC_INFO(TIDB_ENCODE_INDEX_KEY('mysql', 'advisory_locks', 'PRIMARY', LOWER(${literalOf(name)}), NULL)) AS mvcc`,
    read: ([row]) => (row === undefined ? undefined : holderIn(row)),
  }
}

function heldKeyOf(row: SqlRow): HeldKey[] {
  const holding = holderIn(row)
  if (holding === undefined) return []
  const { table_db: database, table_name: table, index_name: index, shown } = row
  const target = {
    database: String(database),
    table: String(table),
    ...(index === null ? {} : { index: String(index) }),
    ...(shown === null ? {} : { key: String(shown) }),
  }
  return [{ holding, key: { kind: index === null ? 'row-lock' : 'unique-key', target } }]
}

/** Its number is beyond those that JSON.parse keeps exact. Source: kvrpcpb.MvccInfo, of which this is the JSON. */
function holderIn(row: SqlRow): bigint | undefined {
  const [, start] = /"lock":\{[^{}]*"start_ts":(\d+)/.exec(String(row['mvcc'])) ?? []
  return start === undefined ? undefined : BigInt(start)
}
