import type { FieldPacket } from 'mysql2'
import mysql from 'mysql2'
import { parseDateTime } from './time-zone.ts'
import type { SqlResult, SqlRow } from './sql.ts'

// A getter on the CommonJS module, which no named import finds.
const { Types } = mysql

type Convert = (value: unknown) => SqlResult

const columnNames = new WeakMap<readonly object[], readonly string[]>()

/** The names of the columns that a query returned, in their order, rows or none; undefined for rows of other origin. */
export function columnsOf(rows: readonly object[]): readonly string[] | undefined {
  return columnNames.get(rows)
}

/** Turns what the driver reads into exact values, in place: bigint where a number would be rounded, Date, Uint8Array. */
export function exactRows(rows: SqlRow[], fields: readonly FieldPacket[], timeZone: string): SqlRow[] {
  columnNames.set(
    rows,
    fields.map(({ name }) => name),
  )
  // Of several columns with one name, a row has the last.
  const converts = new Map(
    fields.map((field) => [field.name, converterOf(field.columnType ?? field.type, timeZone)] as const),
  )
  for (const [name, convert] of converts) {
    if (convert === undefined) continue
    for (const row of rows) {
      const value = row[name]
      if (value !== null && value !== undefined) row[name] = convert(value)
    }
  }
  return rows
}

function converterOf(type: number | undefined, timeZone: string): Convert | undefined {
  switch (type) {
    case Types.LONGLONG:
      // The driver gives a string exactly when a number would not be safe.
      return (value) => (typeof value === 'string' ? BigInt(value) : (value as number))
    case Types.DATETIME:
    case Types.TIMESTAMP:
      return (value) => (typeof value === 'string' ? parseDateTime(value, timeZone) : (value as Date))
    case Types.BIT:
    case Types.BLOB:
    case Types.TINY_BLOB:
    case Types.MEDIUM_BLOB:
    case Types.LONG_BLOB:
    case Types.STRING:
    case Types.VAR_STRING:
    case Types.VARCHAR:
      return (value) => (Buffer.isBuffer(value) ? new Uint8Array(value) : (value as SqlResult))
    default:
      return undefined
  }
}
