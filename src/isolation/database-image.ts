import { escapeId } from 'mysql2'
import type { Session } from '../connections/session.ts'
import { isStatementError } from '../errors/guards.ts'
import { insertedColumns, rowAsLiterals, type TableColumn } from './table-literals.ts'

interface Table {
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly counts: boolean
}

const ROWS_PER_INSERT = 200

/** What a session must be set to before it makes or restores images. */
export const IMAGE_SESSION = "SET foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'"

/** The tables of a session's database with all their rows, to bring those back after each schedule. */
export class DatabaseImage {
  readonly #session: Session
  readonly #tables: readonly Table[]
  readonly #rows: ReadonlyMap<string, readonly string[]>
  /** Everything that has a name: tables, views, sequences. */
  readonly names: ReadonlyMap<string, string>

  private constructor(
    session: Session,
    tables: readonly Table[],
    rows: ReadonlyMap<string, readonly string[]>,
    names: ReadonlyMap<string, string>,
  ) {
    this.#session = session
    this.#tables = tables
    this.#rows = rows
    this.names = names
  }

  static async of(session: Session): Promise<DatabaseImage> {
    const names = await namesIn(session)
    const tables = [...names].some(([, type]) => type === 'BASE TABLE') ? await tablesOf(session, names) : []
    return new DatabaseImage(session, tables, await readRows(session, tables), names)
  }

  /**
   * Brings back the rows of the tables that have others now. Counters of AUTO_INCREMENT begin again after the rows that
   * are there, by TRUNCATE, which is slower than DELETE: only if `inserted` says that rows, or numbers of a sequence, may have
   * been asked for.
   *
   * @returns false when that can't be done: a table is gone or has other columns, or a sequence has moved.
   */
  async restore({ inserted }: { readonly inserted: boolean }): Promise<boolean> {
    if (inserted && [...this.names.values()].includes('SEQUENCE')) return false
    const now = await this.#read()
    if (now === undefined) return false
    const changed = this.#tables.filter(
      (table) => (inserted && table.counts) || !same(now.get(table.name), this.#rows.get(table.name)),
    )
    if (changed.length === 0) return true
    const emptied = changed.map(
      ({ name, counts }) => `${counts ? 'TRUNCATE TABLE' : 'DELETE FROM'} ${escapeId(name, true)}`,
    )
    const filled = changed.flatMap((table) => inserts(table, this.#rows.get(table.name) ?? []))
    await this.#session.script([...emptied, 'BEGIN', ...filled, 'COMMIT'].join(';\n'))
    return true
  }

  /** The statements that would make what has a name, without what counters have got to. */
  async definitions(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    if (this.names.size === 0) return found
    for (const [name, type] of await namesIn(this.#session)) {
      if (!this.names.has(name)) continue
      const kind = type === 'BASE TABLE' ? 'TABLE' : type
      const [shown] = await this.#session.script(`SHOW CREATE ${kind} ${escapeId(name, true)}`)
      const text = Object.entries(Array.isArray(shown) ? (shown[0] ?? {}) : {}).find(([key]) => /^create /i.test(key))
      found.set(name, String(text?.[1]).replaceAll(/ AUTO_INCREMENT=\d+| \/\*T!\[auto_rand_base\][^*]*\*\//g, ''))
    }
    return found
  }

  /** Drops what was made since: tables, views and sequences. */
  async dropOthers(): Promise<void> {
    for (const [name, type] of await namesIn(this.#session)) {
      if (this.names.has(name)) continue
      const kind = type === 'BASE TABLE' ? 'TABLE' : type
      await this.#session.script(`DROP ${kind} ${escapeId(name, true)}`)
    }
  }

  async #read(): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
    try {
      return await readRows(this.#session, this.#tables)
    } catch (error) {
      // No such table, no such column: the schema is another.
      if (isStatementError(error) && error.sqlState.startsWith('42')) return undefined
      throw error
    }
  }
}

async function namesIn(session: Session): Promise<Map<string, string>> {
  const rows = await session.query<{ name: string; type: string }>`
    SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = DATABASE()`
  return new Map(rows.map(({ name, type }) => [name, type]))
}

async function tablesOf(session: Session, names: ReadonlyMap<string, string>): Promise<Table[]> {
  const rows = await session.query<{
    tableName: string
    name: string
    type: string
    extra: string
    generation: string
  }>`
    SELECT table_name AS tableName, column_name AS name, data_type AS type, extra, generation_expression AS generation
    FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`
  const columnsOf = Map.groupBy(rows, ({ tableName }) => tableName)
  return [...columnsOf]
    .filter(([name]) => names.get(name) === 'BASE TABLE')
    .map(([name, columns]) => ({
      name,
      columns: columns.map((column) => ({ ...column, generated: (column.generation ?? '') !== '' })),
      counts: columns.some(({ extra }) => /auto_increment/i.test(extra)),
    }))
}

/** In one round trip. */
async function readRows(session: Session, tables: readonly Table[]): Promise<Map<string, readonly string[]>> {
  if (tables.length === 0) return new Map()
  const queries = tables.map(
    ({ name, columns }) => `SELECT ${rowAsLiterals(columns)} AS v FROM ${escapeId(name, true)}`,
  )
  const results = await session.script(queries.join(';\n'))
  return new Map(
    tables.map(({ name }, index) => {
      const rows = results[index]
      return [name, Array.isArray(rows) ? rows.map(({ v }) => String(v)) : []]
    }),
  )
}

function inserts({ name, columns }: Table, rows: readonly string[]): string[] {
  const into = `INSERT INTO ${escapeId(name, true)} (${insertedColumns(columns)}) VALUES `
  return Array.from({ length: Math.ceil(rows.length / ROWS_PER_INSERT) }, (_, index) => {
    const some = rows.slice(index * ROWS_PER_INSERT, (index + 1) * ROWS_PER_INSERT)
    return into + some.map((row) => `(${row})`).join(', ')
  })
}

function same(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((row, index) => row === right[index])
}
