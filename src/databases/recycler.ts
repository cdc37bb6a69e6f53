import { escape, escapeId } from 'mysql2'
import type { Schema } from '../backends/backend.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { AdminConnection, AdminRow } from './admin-connection.ts'
import { trashDatabaseName } from './database-name.ts'
import { SchemaImage } from './schema-image.ts'

/** Tables that lie in the trash before it is dropped; dropping 500 takes TiDB under a tenth of a second. */
const TRASH_LIMIT = 500

/**
 * Makes databases of a shared server and makes used ones clean again.
 *
 * DDL runs one at a time on a TiDB, so what cleaning costs is DDL jobs, and each delays a test's own DDL. Measured on two
 * cores, unistore (medians): CREATE DATABASE 11.5 ms and DROP DATABASE 23 to 39 ms, for each database; DROP TABLE a, b
 * 55 ms (a job a table); RENAME TABLE of both into a trash database 20 ms; and RENAME TABLE of all tables of 8 databases
 * in one statement 22 ms, because that is one job however many there are. So used databases are collected and emptied by
 * one RENAME, 1 to 2 ms a database, and the trash is dropped as a whole now and then (24 ms for 32 tables).
 * What a RENAME can't empty, or what an ended connection may still be working on, is dropped and created again: TiDB runs
 * that DROP after all other DDL on the database.
 */
export class Recycler {
  readonly #admin: AdminConnection
  readonly #run: string
  readonly #schema: Schema | undefined
  readonly #images = new Map<string, SchemaImage>()
  #defaults: string | undefined
  #trash = 1
  #trashed = 0
  #trashExists = false
  #mayDrop = false
  #renamed = 0

  constructor(admin: AdminConnection, run: string, schema: Schema | undefined) {
    this.#admin = admin
    this.#run = run
    this.#schema = schema
  }

  /** @throws DatabaseError `DATABASE_NOT_CREATED` or `DATABASE_SCHEMA_FAILED` */
  async create(database: string): Promise<void> {
    try {
      // Who may not drop databases would leave them behind; that shows before one is made.
      if (!this.#mayDrop) await this.drop(database)
      this.#mayDrop = true
      await this.#admin.run(`CREATE DATABASE ${escapeId(database, true)}`)
    } catch (error) {
      throw new DatabaseError(
        'DATABASE_NOT_CREATED',
        `The database ${database} can't be created: ${messageOf(error)}`,
        {
          cause: error,
          remedy: 'Tests need a user who may create and drop databases: GRANT ALL ON `vitest\\_tidb\\_%`.* TO …',
        },
      )
    }
    if (this.#schema === undefined) return
    await this.#admin.run('SET foreign_key_checks = DEFAULT')
    await this.#admin.run(`USE ${escapeId(database, true)}`)
    for (const statement of this.#schema.statements) {
      try {
        await this.#admin.run(statement)
      } catch (error) {
        throw new DatabaseError(
          'DATABASE_SCHEMA_FAILED',
          `A statement of the schema in ${this.#schema.source} failed: ${messageOf(error)}\n  ${statement.slice(0, 300)}`,
          { cause: error, remedy: 'Correct the schema; every test starts from it.' },
        )
      }
    }
    await this.#admin.run('USE information_schema')
    this.#images.set(database, await SchemaImage.of(this.#admin, database))
  }

  async drop(database: string): Promise<void> {
    this.#images.delete(database)
    await this.#admin.run('SET foreign_key_checks = 0')
    await this.#admin.run(`DROP DATABASE IF EXISTS ${escapeId(database, true)}`)
  }

  async rebuild(database: string): Promise<void> {
    await this.drop(database)
    await this.create(database)
  }

  /** Makes used databases clean. */
  async clean(databases: readonly string[]): Promise<void> {
    // Tables go in any order, whoever refers to them.
    await this.#admin.run('SET foreign_key_checks = 0')
    const unlike = new Set(await this.#withOtherDefaults(databases))
    const moves: [string, string][] = []
    const tables = await this.#tablesOf(databases)
    for (const database of databases) {
      const found = tables.get(database) ?? []
      const extra = unlike.has(database) ? undefined : await this.#movable(database, found)
      if (extra === undefined) {
        unlike.add(database)
      } else {
        moves.push(...extra.map((table): [string, string] => [database, table]))
      }
    }
    try {
      await this.#throwAway(moves)
    } catch {
      // A table that RENAME refuses (cached tables, for one) goes with its database.
      for (const [database] of moves) unlike.add(database)
    }
    for (const database of unlike) await this.rebuild(database)
  }

  async dropTrash(): Promise<void> {
    if (!this.#trashExists) return
    await this.drop(trashDatabaseName(this.#run, this.#trash))
    this.#trashExists = false
    this.#trashed = 0
    this.#trash += 1
  }

  /** The tables to be thrown away, or undefined if the database must be rebuilt. */
  async #movable(database: string, found: readonly AdminRow[]): Promise<string[] | undefined> {
    const image = this.#images.get(database)
    // It came with the server: how the schema left it was not looked at.
    if (image === undefined && this.#schema !== undefined) return undefined
    const extra = found.filter((row) => image?.has(String(row['name'])) !== true)
    // Views and sequences can't be moved, and dropping them one by one is no faster than a rebuild.
    if (extra.some((row) => row['type'] !== 'BASE TABLE')) return undefined
    if (
      image !== undefined &&
      !(await image.restore(
        this.#admin,
        found.map((row) => String(row['name'])),
      ))
    )
      return undefined
    return extra.map((row) => String(row['name']))
  }

  async #throwAway(tables: readonly (readonly [string, string])[]): Promise<void> {
    if (tables.length === 0) return
    if (this.#trashed >= TRASH_LIMIT) await this.dropTrash()
    const trash = trashDatabaseName(this.#run, this.#trash)
    if (!this.#trashExists) await this.#admin.run(`CREATE DATABASE IF NOT EXISTS ${escapeId(trash, true)}`)
    this.#trashExists = true
    const moves = tables.map(([database, table]) => {
      this.#renamed += 1
      return `${escapeId(database, true)}.${escapeId(table, true)} TO ${escapeId(trash, true)}.t${this.#renamed}`
    })
    await this.#admin.run(`RENAME TABLE ${moves.join(', ')}`)
    this.#trashed += tables.length
  }

  async #tablesOf(databases: readonly string[]): Promise<Map<string, AdminRow[]>> {
    const rows = await this.#admin.run(
      `SELECT table_schema AS db, table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema IN (${escape([...databases])})`,
    )
    return Map.groupBy(rows, (row) => String(row['db']))
  }

  /** Databases whose character set, collation or placement a test changed. */
  async #withOtherDefaults(databases: readonly string[]): Promise<string[]> {
    const names = [...databases]
    const rows = await this.#admin.run(
      `SELECT * FROM information_schema.schemata WHERE schema_name IN (${escape(names)})`,
    )
    const defaults = new Map<string, string>()
    for (const row of rows) {
      const { SCHEMA_NAME: name, ...rest } = row
      defaults.set(String(name), JSON.stringify(rest))
    }
    this.#defaults ??= await this.#readDefaults()
    return names.filter((name) => defaults.get(name) !== this.#defaults)
  }

  /** How a database looks that nobody has touched: the trash is one. */
  async #readDefaults(): Promise<string> {
    const trash = trashDatabaseName(this.#run, this.#trash)
    await this.#admin.run(`CREATE DATABASE IF NOT EXISTS ${escapeId(trash, true)}`)
    this.#trashExists = true
    const [row = {}] = await this.#admin.run(
      `SELECT * FROM information_schema.schemata WHERE schema_name = ${escape(trash)}`,
    )
    const { SCHEMA_NAME: _name, ...rest } = row
    return JSON.stringify(rest)
  }
}
