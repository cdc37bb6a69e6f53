import type { SqlResult, SqlRow } from '../connections/sql.ts'
import { columnWidths, padTo } from '../connections/text-table.ts'

/** Rows as an aligned table without borders: a line of column names, a line a row. `0 rows` when there are none. */
export function printRows(fields: readonly string[], rows: readonly SqlRow[]): string[] {
  if (rows.length === 0) return ['0 rows']
  const cells = rows.map((row) => fields.map((field) => cell(row[field])))
  const widths = columnWidths([fields, ...cells])
  return [fields, ...cells].map((line) =>
    line
      .map((text, column) => padTo(text, widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  )
}

function cell(value: SqlResult | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  // Control characters would break the table.
  return typeof value === 'string' && /\p{Cc}/u.test(value) ? JSON.stringify(value) : String(value)
}
