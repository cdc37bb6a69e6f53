import type { Connection, RowDataPacket } from 'mysql2/promise'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { Progress, Schema } from '../backend.ts'

const DEFAULT_COUNT = 300
/** DDL statements that a template may cost (about 15 ms each), unless that leaves fewer databases than the minimum. */
const STATEMENT_BUDGET = 600
const MINIMUM_COUNT = 20

/** How many databases a template holds when nobody says how many. */
export function readyDatabaseCount(schema: Schema | undefined): number {
  if (schema === undefined || schema.statements.length === 0) return DEFAULT_COUNT
  const affordable = Math.floor(STATEMENT_BUDGET / (1 + schema.statements.length))
  return Math.min(DEFAULT_COUNT, Math.max(MINIMUM_COUNT, affordable))
}

/** Fixed names, because mysql2 keeps a compiled parser for each pair of database and table. */
export function readyDatabaseNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `vt_${String(index).padStart(3, '0')}`)
}

/**
 * Creates the databases, applies the schema in each, and compares what is there with the first of them.
 *
 * @throws BackendError `BACKEND_SCHEMA` when a statement fails, `BACKEND_TEMPLATE` when databases differ
 */
export async function createReadyDatabases(
  connection: Connection,
  names: readonly string[],
  schema: Schema | undefined,
  progress: Progress,
): Promise<void> {
  for (const [index, name] of names.entries()) {
    await connection.query(`CREATE DATABASE \`${name}\``)
    for (const [position, statement] of (schema?.statements ?? []).entries()) {
      // Once more each time: a statement of the schema may itself say USE.
      await connection.query(`USE \`${name}\``)
      try {
        await connection.query(statement)
      } catch (error) {
        throw new BackendError(
          'BACKEND_SCHEMA',
          `Statement ${position + 1} of ${schema?.source} failed in database ${index + 1} of ${names.length}: ` +
            `${messageOf(error)}\n  ${statement.trim().slice(0, 500)}`,
          {
            remedy:
              index === 0
                ? 'Correct the statement.'
                : 'The schema is applied to many databases of one server: a statement that makes something outside of ' +
                  'its database (a user, another database) needs IF NOT EXISTS.',
            cause: error,
          },
        )
      }
    }
    progress.update('making the template: databases ready', index + 1, names.length)
  }
  await compare(connection, names)
}

async function compare(connection: Connection, names: readonly string[]): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT s.schema_name AS name, COUNT(t.table_name) AS tables
       FROM information_schema.schemata s LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name
      WHERE s.schema_name LIKE 'vt\\_%' GROUP BY s.schema_name`,
  )
  const tables = new Map(rows.map((row) => [row['name'] as string, Number(row['tables'])]))
  const expected = tables.get(names[0] ?? '')
  const different = names.filter((name) => tables.get(name) === undefined || tables.get(name) !== expected)
  if (different.length > 0) {
    throw new BackendError('BACKEND_TEMPLATE', `The schema did not give every database the same tables: ${different}.`)
  }
}
