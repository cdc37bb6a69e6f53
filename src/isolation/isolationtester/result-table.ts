import { displayWidth, padTo } from '../../connections/text-table.ts'

/**
 * Rows as isolationtester prints them: names, a line, and the rows with `|` between the columns, numbers at the right.
 * NULL is written out, binary values are in hexadecimal.
 *
 * Source: `printResultSet` of PostgreSQL's isolationtester.c, which is libpq's PQprint.
 */
export function resultTable(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
  const cells = rows.map((row) => columns.map((column) => cellText(row[column])))
  const numeric = columns.map(
    (column) => rows.some((row) => isSet(row[column])) && rows.every((row) => isNumber(row[column])),
  )
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => {
        const width = widths[index] ?? 0
        return numeric[index] === true ? ' '.repeat(width - displayWidth(text)) + text : padTo(text, width)
      })
      .join('|')
      .trimEnd()
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('+'), ...cells.map(line), count].join('\n')
}

function cellText(value: unknown): string {
  if (!isSet(value)) return 'NULL'
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined
}

/** DECIMAL values come as strings, so that nothing is rounded. */
function isNumber(value: unknown): boolean {
  if (!isSet(value)) return true
  if (typeof value === 'string') return /^-?\d+(?:\.\d+)?$/.test(value)
  return typeof value === 'number' || typeof value === 'bigint'
}
