import { escapeId } from 'mysql2'
import type { Session } from '../../connections/session.ts'
import type { SqlRow } from '../../connections/sql.ts'
import { insertedColumns, rowAsLiterals, type TableColumn } from '../table-literals.ts'

/** More rows than people follow in a schedule; each of them is read around each step. */
const MOST_ROWS = 1_000

interface WatchedTable {
  readonly name: string
  /** Those that INSERT takes. */
  readonly columns: readonly TableColumn[]
  /** The primary key; empty where there is none, and the row id stands for it. */
  readonly key: readonly TableColumn[]
  /** Positions of columns whose values the server counts up. */
  readonly counted: readonly number[]
}

/** A row as it is at one time, its values as SQL literals. */
export interface WatchedRow {
  readonly table: WatchedTable
  /** The values of its primary key, or its row id. */
  readonly key: string
  readonly values: readonly string[]
}

/** All rows of a database as somebody sees them, by their names: `account(1)`. */
export type Contents = ReadonlyMap<string, WatchedRow>

/** The tables of a session's database. */
export class WatchedTables {
  readonly #tables: readonly WatchedTable[]

  private constructor(tables: readonly WatchedTable[]) {
    this.#tables = tables
  }

  static async of(session: Session): Promise<WatchedTables> {
    const columns = await session.query<{
      tableName: string
      name: string
      type: string
      extra: string
      generation: string | null
      keyPart: string
    }>`
      SELECT c.table_name AS tableName, c.column_name AS name, c.data_type AS type, c.extra,
        c.generation_expression AS generation, c.column_key AS keyPart
      FROM information_schema.columns c JOIN information_schema.tables t
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name
      WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
      ORDER BY c.table_name, c.ordinal_position`
    return new WatchedTables(
      [...Map.groupBy(columns, ({ tableName }) => tableName)].map(([name, own]) => {
        const all = own.map((column) => ({ ...column, generated: (column.generation ?? '') !== '' }))
        const inserted = all.filter(({ generated }) => !generated)
        const isCounted = ({ extra }: { extra: string }): boolean => /auto_increment/i.test(extra)
        return {
          name,
          columns: inserted,
          key: all.filter(({ keyPart }) => keyPart === 'PRI'),
          counted: inserted.flatMap((column, index) => (isCounted(column) ? [index] : [])),
        }
      }),
    )
  }

  /** How many statements `queries` has. */
  get count(): number {
    return this.#tables.length
  }

  /** Statements that read every table, with `;` between; empty when there is none. */
  get queries(): string {
    return this.#tables
      .map(({ name, columns, key }) => {
        const values = columns.map((column) => rowAsLiterals([column])).join(', ')
        const named = key.length === 0 ? '_tidb_rowid' : literalsOf(key)
        return `SELECT JSON_ARRAY(${values}) AS v, ${named} AS k FROM ${escapeId(name, true)} LIMIT ${MOST_ROWS + 1}`
      })
      .join('; ')
  }

  /** What the statements have returned. @throws RangeError when a table has too many rows */
  read(results: readonly unknown[]): Contents {
    return new Map(
      this.#tables.flatMap((table, index) => {
        const rows = (results[index] ?? []) as readonly SqlRow[]
        if (rows.length > MOST_ROWS) throw new RangeError(`table ${table.name} has more than ${MOST_ROWS} rows`)
        return rows.map(({ v, k }): [string, WatchedRow] => {
          const values = typeof v === 'string' ? (JSON.parse(v) as string[]) : (v as unknown as string[])
          return [`${table.name}(${String(k)})`, { table, key: String(k), values }]
        })
      }),
    )
  }
}

function literalsOf(columns: readonly TableColumn[]): string {
  return rowAsLiterals(columns.map((column) => ({ ...column, generated: false })))
}

export function sameRow(left: WatchedRow | undefined, right: WatchedRow | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return (
    left.values.length === right.values.length && left.values.every((value, index) => value === right.values[index])
  )
}

/** The names of the rows that are not the same in both, or in only one of them. */
export function changedRows(before: Contents, after: Contents): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => !sameRow(before.get(name), after.get(name)))
}

/** The same contents with other rows in some places; undefined takes a row out. */
export function withRows(contents: Contents, rows: Iterable<readonly [string, WatchedRow | undefined]>): Contents {
  const changed = new Map(contents)
  for (const [name, row] of rows) {
    if (row === undefined) changed.delete(name)
    else changed.set(name, row)
  }
  return changed
}

/** Statements that make one of the contents out of the other: first what goes, then what comes. */
export function statementsBetween(from: Contents, to: Contents): string[] {
  const changed = changedRows(from, to)
  const gone = changed.map((name) => from.get(name)).filter((row) => row !== undefined)
  const come = changed.map((name) => to.get(name)).filter((row) => row !== undefined)
  return [...gone.map(deletion), ...come.map(insertion)]
}

function deletion({ table, key }: WatchedRow): string {
  const by = table.key.length === 0 ? '_tidb_rowid' : literalsOf(table.key)
  const value = table.key.length === 0 ? key : `'${key.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return `DELETE FROM ${escapeId(table.name, true)} WHERE ${by} = ${value}`
}

function insertion({ table, key, values }: WatchedRow): string {
  const columns = insertedColumns(table.columns)
  const into = `INSERT INTO ${escapeId(table.name, true)}`
  return table.key.length === 0
    ? `${into} (_tidb_rowid, ${columns}) VALUES (${key}, ${values.join(', ')})`
    : `${into} (${columns}) VALUES (${values.join(', ')})`
}

/** For people: `(1, 10)`, or `no row`. */
export function printRow(row: WatchedRow | undefined): string {
  return row === undefined ? 'no row' : `(${row.values.join(', ')})`
}
