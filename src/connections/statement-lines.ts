import { countsRows } from '../report/counts-rows.ts'
import { columnWidths, displayWidth, padTo } from './text-table.ts'
import type { SqlResult } from './sql.ts'
import type { LoggedStatement } from './statement-log.ts'

export interface LinesLayout {
  /** How many statements at most, the last ones; 30 when not given. */
  readonly count: number
  /** Columns of a line at most; 120 when not given. */
  readonly width: number
  /** Colours a piece of a line; as it is when not given. */
  readonly paint: (style: 'dim' | 'red', text: string) => string
}

const LEAST_SQL = 40

/** Statements as aligned lines. */
export function statementLines(
  entries: readonly LoggedStatement[],
  dropped: number,
  { count = 30, width = 120, paint = (_, text) => text }: Partial<LinesLayout>,
): string[] {
  const shown = entries.slice(-count)
  const hidden = entries.length - shown.length + dropped
  const cells = shown.map((entry) => [timeOf(entry), entry.session, resultOf(entry)])
  const [times = 0, sessions = 0, results = 0] = columnWidths(cells)
  const before = times + sessions + results + 6
  const room = Math.max(LEAST_SQL, width - before)
  return [
    ...(hidden > 0 ? [`… ${hidden} earlier statement${hidden === 1 ? '' : 's'}`] : []),
    ...shown.flatMap((entry, index) => {
      const [time = '', session = '', result = ''] = cells[index] ?? []
      const failed = entry.error !== undefined
      const line = [
        paint('dim', time.padStart(times)),
        padTo(session, sessions),
        failed ? paint('red', padTo(result, results)) : padTo(result, results),
        shortened(sqlOf(entry), room),
      ].join('  ')
      const error = failed ? paint('red', shortened(oneLine(entry.error ?? ''), room)) : undefined
      return error === undefined ? [line] : [line, ' '.repeat(before) + error]
    }),
  ]
}

function timeOf({ milliseconds }: LoggedStatement): string {
  return milliseconds === undefined ? '' : `${milliseconds.toFixed(1)} ms`
}

function resultOf({ sql, error, milliseconds, rows }: LoggedStatement): string {
  if (error !== undefined) return '✗'
  if (milliseconds === undefined) return 'running'
  if (rows === undefined || (rows === 0 && !countsRows(sql))) return 'ok'
  return rows === 1 ? '1 row' : `${rows} rows`
}

function sqlOf({ sql, values }: LoggedStatement): string {
  return oneLine(sql) + (values.length === 0 ? '' : `  [${values.map(shortValue).join(', ')}]`)
}

function shortValue(value: SqlResult | boolean): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return value.length === 1 ? '1 byte' : `${value.length} bytes`
  return shortened(typeof value === 'string' ? JSON.stringify(value) : String(value), 40)
}

/** White space as blanks; other control characters would move the terminal's cursor. */
function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '�')
    .trim()
}

/** At most so many columns, the last of them an ellipsis if something was cut off. */
export function shortened(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const character of text) {
    width += displayWidth(character)
    if (width > columns) break
    kept += character
  }
  return `${kept}…`
}
