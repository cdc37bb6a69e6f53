import { escape, escapeId } from 'mysql2'
import type { AdminConnection } from './admin-connection.ts'

interface TableImage {
  /** SHOW CREATE TABLE. */
  readonly definition: string
  /** Of all rows; undefined if the schema put none in. */
  readonly checksum: string | undefined
}

/** What the schema made in one database of a shared server, to bring it back with as little DDL as possible. */
export class SchemaImage {
  readonly #database: string
  readonly #tables: ReadonlyMap<string, TableImage>
  /** Views can't be changed but by DDL that shows; the position of a sequence does not show. */
  readonly #restorable: boolean

  private constructor(database: string, tables: ReadonlyMap<string, TableImage>, restorable: boolean) {
    this.#database = database
    this.#tables = tables
    this.#restorable = restorable
  }

  static async of(admin: AdminConnection, database: string): Promise<SchemaImage> {
    const rows = await admin.run(
      `SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = ${escape(database)}`,
    )
    const tables = new Map<string, TableImage>()
    for (const row of rows) {
      if (row['type'] === 'SEQUENCE') continue
      const name = String(row['name'])
      const id = `${escapeId(database, true)}.${escapeId(name, true)}`
      const filled = row['type'] === 'BASE TABLE' && (await hasRows(admin, id))
      tables.set(name, {
        definition: await definitionOf(admin, id),
        checksum: filled ? await checksumOf(admin, id) : undefined,
      })
    }
    return new SchemaImage(database, tables, !rows.some((row) => row['type'] === 'SEQUENCE'))
  }

  has(table: string): boolean {
    return this.#tables.has(table)
  }

  /**
   * Empties tables that the schema leaves empty: one TRUNCATE for each that was written to, which also starts its
   * auto-increment and statistics anew. `present` are the tables that exist.
   *
   * @returns false if something else has changed (a definition, rows of the schema), so that only a rebuild helps.
   */
  async restore(admin: AdminConnection, present: readonly string[]): Promise<boolean> {
    if (!this.#restorable) return false
    const names = new Set(present)
    const written: string[] = []
    for (const [name, { definition, checksum }] of this.#tables) {
      if (!names.has(name)) return false
      const id = `${escapeId(this.#database, true)}.${escapeId(name, true)}`
      const now = await definitionOf(admin, id)
      if (checksum === undefined) {
        if (withoutCounters(now) !== withoutCounters(definition)) return false
        if (/^CREATE TABLE/iu.test(now) && (now !== definition || (await hasRows(admin, id)))) written.push(id)
      } else if (now !== definition || (await checksumOf(admin, id)) !== checksum) return false
    }
    for (const id of written) await admin.run(`TRUNCATE TABLE ${id}`)
    return true
  }
}

async function hasRows(admin: AdminConnection, id: string): Promise<boolean> {
  return (await admin.run(`SELECT 1 FROM ${id} LIMIT 1`)).length > 0
}

async function definitionOf(admin: AdminConnection, id: string): Promise<string> {
  const [row = {}] = await admin.run(`SHOW CREATE TABLE ${id}`)
  return String(row['Create Table'] ?? row['Create View'])
}

/** Of all rows. Not ADMIN CHECKSUM TABLE, which answers 1 on unistore whatever a table holds. */
async function checksumOf(admin: AdminConnection, id: string): Promise<string> {
  const columns = await admin.run(`SHOW COLUMNS FROM ${id}`)
  const texts = columns.map(({ Field: name }) => `IFNULL(HEX(CAST(${escapeId(String(name), true)} AS BINARY)), '-')`)
  const crc = `CRC32(CONCAT_WS(',', ${texts.join(', ')}))`
  const [row = {}] = await admin.run(`SELECT COUNT(*) AS n, BIT_XOR(${crc}) AS x, SUM(${crc}) AS s FROM ${id}`)
  return `${String(row['n'])} ${String(row['x'])} ${String(row['s'])}`
}

/** SHOW CREATE TABLE tells how far the generators of ids have got. */
function withoutCounters(definition: string): string {
  return definition.replace(/ AUTO_INCREMENT=\d+| \/\*T!\[auto_rand_base\][^*]*\*\//gu, '')
}
