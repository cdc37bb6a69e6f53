import { escapeId } from 'mysql2'
import type { Session } from '../connections/session.ts'
import { isStatementError } from '../errors/guards.ts'
import { definitionOf, namedObjects, tablesAmong, type NamedObject, type Table } from './database-tables.ts'
import { insertedColumns, rowAsLiterals } from './table-literals.ts'

const ROWS_PER_INSERT = 200

/** What a session must be set to before it makes or restores images. */
export const IMAGE_SESSION = `SET foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00',
  tidb_opt_write_row_id = 1, allow_auto_random_explicit_insert = 1`

/** The rows of tables, each as a list of SQL literals, by the tables' names. */
type Rows = ReadonlyMap<string, readonly string[]>

/** The tables of a session's database with all their rows, to bring those back after each schedule. */
export class DatabaseImage {
  readonly #session: Session
  readonly #objects: readonly NamedObject[]
  readonly #tables: readonly Table[]
  readonly #rows: Rows

  private constructor(session: Session, objects: readonly NamedObject[], tables: readonly Table[], rows: Rows) {
    this.#session = session
    this.#objects = objects
    this.#tables = tables
    this.#rows = rows
  }

  static async of(session: Session): Promise<DatabaseImage> {
    const objects = await namedObjects(session)
    const tables = await tablesAmong(session, objects)
    return new DatabaseImage(session, objects, tables, await readRows(session, tables))
  }

  /**
   * Brings back the rows of the tables that have others now. Counters of AUTO_INCREMENT begin again after the rows that
   * are there, by TRUNCATE, which is slower than DELETE: only if `inserted` says that rows, or numbers of a sequence, may
   * have been asked for.
   *
   * @returns false when that can't be done: a table is gone or has other columns, or a sequence has moved.
   */
  async restore({ inserted }: { readonly inserted: boolean }): Promise<boolean> {
    if (inserted && this.#objects.some(({ kind }) => kind === 'SEQUENCE')) return false
    const now = await this.#read()
    if (now === undefined) return false
    const changed = this.#tables.filter(
      (table) => (inserted && table.counts) || !same(now.get(table.name), this.#rows.get(table.name)),
    )
    if (changed.length === 0) return true
    const emptied = changed.map(({ name, counts }) => `${counts ? 'TRUNCATE TABLE' : 'DELETE FROM'} ${idOf(name)}`)
    const filled = changed.flatMap((table) => inserts(table, this.#rows.get(table.name) ?? []))
    await this.#session.script([...emptied, 'BEGIN', ...filled, 'COMMIT'].join(';\n'))
    return true
  }

  /** The definitions of what is there still of this image, by name. */
  async definitions(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    if (this.#objects.length === 0) return found
    for (const object of await namedObjects(this.#session)) {
      const { name } = object
      if (this.#has(name)) found.set(name, await definitionOf(this.#session, object, idOf(name)))
    }
    return found
  }

  /** Drops what was made since: tables, views and sequences. */
  async dropOthers(): Promise<void> {
    for (const { name, kind } of await namedObjects(this.#session)) {
      if (!this.#has(name)) await this.#session.script(`DROP ${kind} ${idOf(name)}`)
    }
  }

  #has(name: string): boolean {
    return this.#objects.some((object) => object.name === name)
  }

  async #read(): Promise<Rows | undefined> {
    try {
      return await readRows(this.#session, this.#tables)
    } catch (error) {
      // No such table, no such column: the schema is another.
      if (isStatementError(error) && error.sqlState.startsWith('42')) return undefined
      throw error
    }
  }
}

/** In one round trip. */
async function readRows(session: Session, tables: readonly Table[]): Promise<Rows> {
  if (tables.length === 0) return new Map()
  const queries = tables.map(({ name, columns, hasRowId }) => {
    const literals = rowAsLiterals(columns)
    return `SELECT ${hasRowId ? `CONCAT(_tidb_rowid, ', ', ${literals})` : literals} AS v FROM ${idOf(name)}`
  })
  const results = await session.script(queries.join(';\n'))
  return new Map(
    tables.map(({ name }, index) => {
      const rows = results[index]
      return [name, Array.isArray(rows) ? rows.map(({ v }) => String(v)) : []]
    }),
  )
}

function inserts({ name, columns, hasRowId }: Table, rows: readonly string[]): string[] {
  const names = `${hasRowId ? '_tidb_rowid, ' : ''}${insertedColumns(columns)}`
  return Array.from({ length: Math.ceil(rows.length / ROWS_PER_INSERT) }, (_, index) => {
    const some = rows.slice(index * ROWS_PER_INSERT, (index + 1) * ROWS_PER_INSERT)
    return `INSERT INTO ${idOf(name)} (${names}) VALUES ${some.map((row) => `(${row})`).join(', ')}`
  })
}

function same(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((row, index) => row === right[index])
}

function idOf(name: string): string {
  return escapeId(name, true)
}
