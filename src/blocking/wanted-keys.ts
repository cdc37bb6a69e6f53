import { escape, escapeId } from 'mysql2'
import { isCertain, isNextNumber } from './column-values.ts'
import { equalitiesIn } from './equalities.ts'
import { handleColumns, indexKey, recordKey } from './key-expressions.ts'
import type { StatementShape } from './statement-shape.ts'
import type { SqlScan } from './sql-scan.ts'
import type { ForeignKey, TableShape, UniqueKey } from './table-shape.ts'

/** So many keys of one statement are looked at. */
const MOST_KEYS = 64

/** Queries with the columns `table_db`, `table_name`, `index_name` (NULL for a row), `shown` (the key for people) and `mvcc`. */
export interface KeyQueries {
  /** For keys that the statement names itself. */
  readonly named: readonly string[]
  /** For the rows under its condition. */
  readonly found: readonly string[]
}

/**
 * Where a statement's locks must be, if it is to succeed. A key belongs to it only when that is certain: then whoever
 * else has locked it blocks the statement.
 */
export function wantedKeys(shape: StatementShape, table: TableShape, parents: readonly TableShape[]): KeyQueries {
  const where = shape.where === undefined ? undefined : equalitiesIn(shape.where)
  const named = [
    ...rowsOf(shape, table).flatMap((row) => [...keysIn(table, row), ...parentKeys(table, parents, row)]),
    ...(where === undefined ? [] : demandedKeys(table, where)),
    ...setKeys(shape, table, where, parents),
  ].slice(0, MOST_KEYS)
  return { named, found: foundRows(shape, table, where).slice(0, MOST_KEYS) }
}

/** The same for rows that are told by their integer keys. */
export function handleKeys(table: TableShape, handles: readonly string[]): KeyQueries {
  const [key] = clusteredKey(table)
  if (key === undefined) return { named: [], found: [] }
  return { named: handles.slice(0, MOST_KEYS).flatMap((handle) => namedKey(table, key, [handle])), found: [] }
}

type Row = ReadonlyMap<string, string>

/** What is put in, by column. */
function rowsOf({ rows, columns }: StatementShape, table: TableShape): Row[] {
  return rows.map(
    (values) =>
      new Map(
        (columns ?? table.columns).flatMap((column, index) => {
          const value = values[index]
          return value === undefined || isNextNumber(table, column, value) ? [] : [[column, value]]
        }),
      ),
  )
}

function keysIn(table: TableShape, row: Row, only: (columns: readonly string[]) => boolean = () => true): string[] {
  return [...clusteredKey(table), ...table.uniqueKeys]
    .filter(({ columns }) => only(columns))
    .flatMap((key) => {
      const values = key.columns.map((column) => row.get(column))
      const known = values.filter((value) => value !== undefined)
      return known.length === values.length ? namedKey(table, key, known) : []
    })
}

/** The condition demands a value of each column of a key, and nothing else. */
function demandedKeys(table: TableShape, where: ReadonlyMap<string, readonly string[]>): string[] {
  return [...clusteredKey(table), ...table.uniqueKeys]
    .filter(({ columns }) => columns.length === where.size && columns.every((column) => where.has(column)))
    .flatMap((key) => {
      const combined = key.columns.reduce<string[][]>(
        (rows, column) =>
          rows.flatMap((row) => (where.get(column) ?? []).map((value) => [...row, value])).slice(0, MOST_KEYS),
        [[]],
      )
      return combined.flatMap((values) => namedKey(table, key, values))
    })
}

/** A row that is changed needs the keys that it gets. */
function setKeys(
  { sets }: StatementShape,
  table: TableShape,
  where: ReadonlyMap<string, readonly string[]> | undefined,
  parents: readonly TableShape[],
): string[] {
  if (sets.size === 0) return []
  const demanded = [...(where ?? [])].flatMap(([column, [value, another]]) =>
    value === undefined || another !== undefined ? [] : [[column, value] as const],
  )
  const row = new Map([...demanded, ...sets])
  const changed = (columns: readonly string[]): boolean => columns.some((column) => sets.has(column))
  return [...keysIn(table, row, changed), ...parentKeys(table, parents, sets)]
}

/** A row needs its parents to stay. */
function parentKeys(table: TableShape, parents: readonly TableShape[], row: Row): string[] {
  return table.foreignKeys.flatMap((foreignKey) => {
    const parent = parents.find(({ name }) => name === foreignKey.table)
    return parent === undefined ? [] : keysIn(parent, parentRow(foreignKey, row))
  })
}

function parentRow({ columns, referenced }: ForeignKey, row: Row): Row {
  return new Map(
    referenced.flatMap((column, index) => {
      const value = row.get(columns[index] ?? '')
      return value === undefined ? [] : [[column, value] as const]
    }),
  )
}

function clusteredKey({ clustered }: TableShape): (UniqueKey & { clustered: true })[] {
  return clustered === undefined ? [] : [{ name: 'PRIMARY', columns: clustered, clustered: true }]
}

/** In a table with partitions, the entry can be in one of them only; in which, is not worked out here. */
function namedKey(table: TableShape, key: UniqueKey & { clustered?: true }, values: readonly string[]): string[] {
  if (!key.columns.every((column, index) => isCertain(table, column, values[index] ?? ''))) return []
  const clustered = key.clustered === true
  return inPartitions(table).map((partition) => {
    const sql = clustered ? recordKey(table, partition, values) : indexKey(table, partition, key, values)
    return selectOf(table, clustered ? undefined : key.name, escape(values.join(', ')), sql)
  })
}

function inPartitions({ partitions }: TableShape): readonly (string | undefined)[] {
  return partitions.length === 0 ? [undefined] : partitions
}

function selectOf({ database, name }: TableShape, index: string | undefined, shown: string, key: string): string {
  return `SELECT ${escape(database)} AS table_db, ${escape(name)} AS table_name, ${index === undefined ? 'NULL' : escape(index)} AS index_name, ${shown} AS shown, TIDB_MVCC_INFO(${key}) AS mvcc`
}

/** The rows that the statement finds: those under its condition, or those that its new rows would replace. */
function foundRows(
  shape: StatementShape,
  table: TableShape,
  where: ReadonlyMap<string, readonly string[]> | undefined,
): string[] {
  const conditions = shape.replaces
    ? rowsOf(shape, table).flatMap((row) => replacedBy(table, row))
    : shape.where === undefined || shape.limited || isHandle(table, where) || !isRepeatable(shape.where, table)
      ? []
      : [shape.where.tokens.length === 0 ? 'TRUE' : shape.where.text]
  const alias = shape.alias ?? table.name
  const columns = handleColumns(table, alias)
  const shown = `CONCAT_WS(', ', ${columns.map((column) => `IF(${column} REGEXP '^-?[0-9.]+$', ${column}, QUOTE(${column}))`).join(', ')})`
  return conditions.flatMap((condition) =>
    inPartitions(table).map((partition) => {
      const key = recordKey(table, partition, columns)
      const from = `${escapeId(table.database)}.${escapeId(table.name)}${partition === undefined ? '' : ` PARTITION (${escapeId(partition)})`}`
      const select = selectOf(table, undefined, table.clustered === undefined ? 'NULL' : shown, key)
      return `${select} FROM ${from} AS ${escapeId(alias)} WHERE ${condition} LIMIT ${MOST_KEYS}`
    }),
  )
}

function isHandle({ clustered }: TableShape, where: ReadonlyMap<string, unknown> | undefined): boolean {
  return clustered?.length === where?.size && clustered?.every((column) => where?.has(column)) === true
}

function replacedBy(table: TableShape, row: Row): string[] {
  return table.uniqueKeys.flatMap(({ columns }) =>
    columns.every((column) => row.has(column) && !table.timestamps.has(column))
      ? [columns.map((column) => `${escapeId(column)} = ${row.get(column) ?? 'NULL'}`).join(' AND ')]
      : [],
  )
}

/** What may stand before a parenthesis in a condition that means the same in every session. */
const REPEATABLE =
  /^(?:AND|OR|XOR|NOT|IN|BETWEEN|LIKE|IS|DIV|MOD|ABS|CONCAT|COALESCE|IFNULL|LOWER|UPPER|LENGTH|CHAR_LENGTH)$/
const OF_THE_SESSION = /^(?:CURRENT_\w+|LOCALTIME\w*|UTC_\w+|SELECT|EXISTS|DEFAULT)$/

/** Whether a condition, asked in another session, finds the same rows and does nothing else. */
function isRepeatable({ tokens }: SqlScan, { timestamps }: TableShape): boolean {
  return tokens.every((token, index) => {
    if (token.type === 'variable' || timestamps.has(token.value.toLowerCase())) return false
    if (token.type !== 'word') return true
    const called = tokens[index + 1]?.value === '(' && tokens[index + 1]?.type === 'punctuation'
    return !OF_THE_SESSION.test(token.value) && (!called || REPEATABLE.test(token.value))
  })
}
