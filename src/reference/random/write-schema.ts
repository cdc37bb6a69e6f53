import type { Kind } from './expression.ts'
import type { Feature } from './features.ts'
import type { RandomCase, RandomTable } from './random-case.ts'

interface ColumnType {
  readonly sql: string
  readonly kind: Kind
  readonly feature?: Feature
  /** Literals, the simplest first; NULL is put in front where it may stand. */
  readonly values: readonly string[]
}

export const columnTypes: readonly ColumnType[] = [
  { sql: 'INT', kind: 'number', values: ['0', '1', '-1', '2', '3', '127'] },
  { sql: 'VARCHAR(10)', kind: 'text', values: ["''", "'a'", "'A'", "'b'", "'1'", "'ab1'", "'0'", "'é'"] },
  { sql: 'DECIMAL(8, 2)', kind: 'number', values: ['0', '1', '1.5', '-0.25', '2.5', '99.99'] },
  { sql: 'BIGINT UNSIGNED', kind: 'number', values: ['0', '1', '2', '255'] },
  {
    sql: 'DATE',
    kind: 'date',
    feature: 'dates',
    values: ["'2024-01-31'", "'2024-02-29'", "'2000-01-01'", "'1999-12-31'"],
  },
  {
    sql: 'VARCHAR(10) COLLATE utf8mb4_general_ci',
    kind: 'text',
    feature: 'collations',
    values: ["'a'", "'A'", "'b'", "'B'", "''", "'1'"],
  },
]

/** Literals of expressions, by kind: the simplest first. */
export const literals: Readonly<Record<Kind, readonly string[]>> = {
  number: ['0', '1', '2', 'NULL', '-1', '1.5', '3', '10'],
  text: ["''", "'a'", 'NULL', "'b'", "'A'", "'1'", "'ab1'"],
  date: ["DATE '2024-01-31'", 'CAST(NULL AS DATE)', "DATE '2024-02-29'", "DATE '1999-12-31'"],
  boolean: ['TRUE', 'FALSE', 'NULL'],
}

interface WrittenColumn {
  readonly name: string
  readonly kind: Kind
}

export interface WrittenTable {
  readonly name: string
  readonly columns: readonly WrittenColumn[]
  readonly indexes: readonly string[]
}

const at = <T>(list: readonly T[], choice: number): T => list[choice % list.length] as T

export interface WrittenSchema {
  readonly tables: readonly WrittenTable[]
  readonly creates: readonly string[]
  readonly inserts: readonly string[]
}

/** The statements that make a schema and fill it. */
export function writeSchema({ tables }: RandomCase): WrittenSchema {
  const written = tables.map((table, number) => ({ table, name: `t${number}` }))
  return {
    creates: written.map(({ table, name }) => createTable(table, name)),
    inserts: written.flatMap(({ table, name }) => insert(table, name)),
    tables: written.map(({ table, name }) => ({
      name,
      columns: [
        { name: 'id', kind: 'number' },
        ...table.columns.map(({ type }, column): WrittenColumn => ({
          name: `c${column}`,
          kind: at(columnTypes, type).kind,
        })),
      ],
      indexes: indexesOf(table).map((_, index) => `i${index}`),
    })),
  }
}

function createTable(table: RandomTable, name: string): string {
  const columns = table.columns.map(
    ({ type, notNull }, column) => `c${column} ${at(columnTypes, type).sql}${notNull ? ' NOT NULL' : ''}`,
  )
  const indexes = indexesOf(table).map((names, index) => `INDEX i${index} (${names.join(', ')})`)
  const id = table.primaryKey ? 'id INT PRIMARY KEY' : 'id INT'
  return `CREATE TABLE ${name} (${[id, ...columns, ...indexes].join(', ')})`
}

/** Columns of each index, each once. */
function indexesOf({ indexes, columns }: RandomTable): readonly (readonly string[])[] {
  const names = ['id', ...columns.map((_, column) => `c${column}`)]
  return indexes
    .map((chosen) => [...new Set(chosen.map((choice) => at(names, choice)))])
    .filter((index) => index.length > 0)
}

function insert({ rows, columns }: RandomTable, name: string): readonly string[] {
  if (rows.length === 0) return []
  const written = rows.map((row, number) => {
    const cells = columns.map(({ type, notNull }, column) => {
      const { values } = at(columnTypes, type)
      return at(notNull ? values : ['NULL', ...values], row[column] ?? 0)
    })
    return `(${[String(number + 1), ...cells].join(', ')})`
  })
  return [`INSERT INTO ${name} VALUES ${written.join(', ')}`]
}
