import { escape, escapeId } from 'mysql2'
import type { TableShape, UniqueKey } from './table-shape.ts'

// Source for both functions: https://docs.pingcap.com/tidb/stable/tidb-functions. They are there from 8.4 on.

/** SQL for the key of a row: in one partition, or in a table that has none. `values` are SQL, one for each column of the handle. */
export function recordKey(table: TableShape, partition: string | undefined, values: readonly string[]): string {
  return `TIDB_ENCODE_RECORD_KEY(${placeOf(table, partition)}, ${handle(table, values).join(', ')})`
}

/** SQL for the key of an entry in a unique index. It has no handle in it, so any will do; no value may be NULL. */
export function indexKey(
  table: TableShape,
  partition: string | undefined,
  { name }: UniqueKey,
  values: readonly string[],
): string {
  const anyHandle = hasIntegerHandle(table) ? ['NULL'] : (table.clustered ?? []).map(() => 'NULL')
  const place = placeOf(table, partition)
  return `TIDB_ENCODE_INDEX_KEY(${place}, ${escape(name)}, ${[...values, ...anyHandle].join(', ')})`
}

/** The columns, as SQL, that tell a row's key. */
export function handleColumns({ clustered }: TableShape, alias: string): string[] {
  return (clustered ?? ['_tidb_rowid']).map((column) => `${escapeId(alias)}.${escapeId(column)}`)
}

/** TiDB numbers the rows of a table whose clustered primary key is one integer by it, and those without a clustered key. */
function hasIntegerHandle({ clustered, integers }: TableShape): boolean {
  return clustered === undefined || (clustered.length === 1 && integers.has(clustered[0] ?? ''))
}

/** The functions convert values to the types of their columns, but for an integer handle, which they take as it is. */
function handle(table: TableShape, values: readonly string[]): readonly string[] {
  if (!hasIntegerHandle(table)) return values
  const unsigned = table.integers.get(table.clustered?.[0] ?? '') === true
  return values.map((value) => `CAST(${value} AS ${unsigned ? 'UNSIGNED' : 'SIGNED'})`)
}

function placeOf({ database, name }: TableShape, partition: string | undefined): string {
  return `${escape(database)}, ${escape(partition === undefined ? name : `${name}(${partition})`)}`
}
