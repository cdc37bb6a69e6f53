import type { FieldPacket } from 'mysql2'
import type { ServerReply } from '../../connections/server-reply.ts'
import type { Session } from '../../connections/session.ts'
import { isStatementError } from '../../errors/guards.ts'
import { columnTypeOf, isBytes, type ColumnType } from './column-type.ts'

/** A value as its server writes it; bytes in hexadecimal. */
export type Cell = string | null

/** What one server made of one statement. */
export interface StatementResult {
  readonly columns: readonly ({ readonly name: string } & ColumnType)[]
  /** Undefined where it returned none. */
  readonly rows: readonly (readonly Cell[])[] | undefined
  readonly affectedRows: number | undefined
  readonly warnings: readonly { readonly code: number; readonly message: string }[]
  readonly error: { readonly errno: number; readonly message: string } | undefined
}

/**
 * Runs one statement and keeps what came of it, be it an error.
 *
 * @throws what is no answer of the server: a lost connection, a timeout, a closed session
 */
export async function resultOf(session: Session, text: string): Promise<StatementResult> {
  await clearWarnings(session, text)
  const result = await answerTo(() => session.reply(text))
  if (result.warnings.length > 0 || result.error !== undefined) warned.add(session)
  return result
}

/** The rows of a query, or its error: no warnings are asked for. @throws as resultOf */
export async function rowsOf(session: Session, query: string): Promise<StatementResult> {
  return answerTo(async () => ({ ...(await session.raw(query)), affectedRows: undefined, warnings: [] }))
}

async function answerTo(ask: () => PromiseLike<ServerReply>): Promise<StatementResult> {
  try {
    return read(await ask())
  } catch (error) {
    if (!isStatementError(error) || error.errno === 0 || error.code.startsWith('STATEMENT_')) throw error
    const message = (error.cause as { sqlMessage?: string } | undefined)?.sqlMessage ?? error.message
    return {
      columns: [],
      rows: undefined,
      affectedRows: undefined,
      warnings: [],
      error: { errno: error.errno, message },
    }
  }
}

/** Sessions whose last statement left something for SHOW WARNINGS. */
const warned = new WeakSet<Session>()
/** What asks for what the statement before left. */
const LOOKS_BACK = /^\s*(?:show|get)\b|\b(?:row_count|found_rows)\b|@@/i

/** MariaDB, as MySQL did before 5.7, keeps warnings over statements without a table; a derived table is one. */
async function clearWarnings(session: Session, before: string): Promise<void> {
  if (!warned.has(session) || LOOKS_BACK.test(before)) return
  warned.delete(session)
  await session.raw('SELECT 1 FROM (SELECT 1) AS cleared')
}

function read({ fields, rows, affectedRows, warnings }: ServerReply): StatementResult {
  return {
    columns: fields.map((field) => ({ name: field.name, ...columnTypeOf(field) })),
    rows: rows?.map((row) => row.map((value, column) => cellOf(value, fields[column] as FieldPacket))),
    affectedRows,
    warnings,
    error: undefined,
  }
}

function cellOf(value: Buffer | null, field: FieldPacket): Cell {
  if (value === null) return null
  return isBytes(field) ? `0x${value.toString('hex')}` : value.toString('utf8')
}
