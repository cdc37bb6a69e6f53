import { escapeId } from 'mysql2'
import type { Session } from '../connections/session.ts'
import type { SqlRow } from '../connections/sql.ts'
import { StatementError } from '../errors/statement-error.ts'
import { pointsInPlan } from './plan-points.ts'
import { ask } from './question.ts'
import { shapeOf, type StatementShape } from './statement-shape.ts'
import { SqlScan } from './sql-scan.ts'
import { readTable, type TableShape } from './table-shape.ts'
import type { OpenTransaction } from './transactions.ts'
import { handleKeys, wantedKeys, type KeyQueries } from './wanted-keys.ts'

const NONE: KeyQueries = { named: [], found: [] }

/** What is known of a statement whose keys are wanted. */
export interface ObservedStatement {
  readonly connectionId: number
  /** With its values. */
  readonly sql: string
}

/**
 * The queries that show who holds what a statement of a transaction needs; none for statements of which that can't be
 * told.
 */
export async function keyEvidence(
  session: Session,
  statement: ObservedStatement,
  transaction: Pick<OpenTransaction, 'database' | 'tables'>,
): Promise<KeyQueries> {
  const sql = SqlScan.isOne(statement.sql) ? statement.sql : await currentOf(session, statement)
  const shape = shapeOf(sql)
  if (shape === undefined) return planEvidence(session, { ...statement, sql }, transaction.tables)
  const table = await tableOf(session, shape.database ?? transaction.database, shape.table)
  return table === undefined ? NONE : wantedKeys(shape, table, await parentsOf(session, shape, table))
}

/** Of a text with several statements, the one that runs. */
async function currentOf(session: Session, { connectionId, sql }: ObservedStatement): Promise<string> {
  const query = `SELECT info FROM information_schema.processlist WHERE id = ${connectionId}`
  const [row] = await answered(session, query)
  return typeof row?.['info'] === 'string' ? row['info'] : sql
}

/** EXECUTE names no table, but its plan does; of which database, the numbers of the tables tell. */
async function planEvidence(
  session: Session,
  { connectionId, sql }: ObservedStatement,
  tables: readonly string[],
): Promise<KeyQueries> {
  if (!/^\s*EXECUTE\b|\[arguments: /i.test(sql)) return NONE
  const points = pointsInPlan(await answered(session, `EXPLAIN FOR CONNECTION ${connectionId}`))
  const database = points === undefined ? undefined : await databaseOf(session, points.table, tables)
  const table = points === undefined ? undefined : await tableOf(session, database ?? '', points.table)
  return points === undefined || table === undefined ? NONE : handleKeys(table, points.handles)
}

/** Undefined when tables of that name in several databases are meant, or in none. */
async function databaseOf(session: Session, name: string, tables: readonly string[]): Promise<string | undefined> {
  if (tables.length === 0) return undefined
  const query = `SELECT table_schema AS db, table_name AS name FROM information_schema.tables WHERE tidb_table_id IN (${tables.join(', ')})`
  const named = (await answered(session, query)).filter((row) => String(row['name']).toLowerCase() === name)
  const [found, another] = named
  return found === undefined || another !== undefined ? undefined : String(found['db'])
}

async function parentsOf(session: Session, shape: StatementShape, table: TableShape): Promise<TableShape[]> {
  const columns = new Set([...shape.sets.keys(), ...(shape.rows.length === 0 ? [] : (shape.columns ?? table.columns))])
  const names = table.foreignKeys
    .filter((foreignKey) => foreignKey.columns.every((column) => columns.has(column)))
    .map((foreignKey) => foreignKey.table)
  const parents = await Promise.all([...new Set(names)].map((name) => tableOf(session, table.database, name)))
  return parents.filter((parent) => parent !== undefined)
}

async function tableOf(session: Session, database: string, name: string): Promise<TableShape | undefined> {
  if (database === '') return undefined
  const [row] = await answered(session, `SHOW CREATE TABLE ${escapeId(database)}.${escapeId(name)}`)
  const text = row?.['Create Table']
  return typeof text === 'string' ? readTable(database, text) : undefined
}

/** No rows for what the server refuses: a table that is gone, a connection of somebody else. */
async function answered(session: Session, sql: string): Promise<readonly SqlRow[]> {
  try {
    const [rows] = await ask<[readonly SqlRow[]]>(session, [{ sql, read: (found) => found }])
    return rows
  } catch (error) {
    if (error instanceof StatementError && error.errno !== 0) return []
    throw error
  }
}
