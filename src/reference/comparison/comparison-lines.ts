import { columnWidths, padTo } from '../../connections/text-table.ts'
import { isSameType } from './column-type.ts'
import { compareRows } from './compare-rows.ts'
import type { Aspect, ComparedStatement } from './difference.ts'
import { rowOrderOf } from './row-order.ts'
import type { Cell, StatementResult } from './statement-result.ts'

/** Rows of a table; what is beyond is counted. */
const MOST_ROWS = 30
/** Characters of a cell. */
const MOST_CHARACTERS = 90

/** What the two sides are called. */
export interface Sides {
  readonly tidb: string
  readonly reference: string
}

/** What differs over a statement, as aligned tables. */
export function comparisonLines(
  statement: ComparedStatement,
  aspects: readonly Aspect[],
  sides: Sides,
): readonly string[] {
  const { tidb, reference } = statement
  const facts = aspects.filter((aspect) => aspect !== 'rows').flatMap((aspect) => factsOf(aspect, tidb, reference))
  const table = facts.length === 0 ? [] : aligned([['', sides.tidb, sides.reference], ...facts])
  const rows = aspects.includes('rows') ? rowLines(statement, sides) : []
  return [...table, ...(table.length > 0 && rows.length > 0 ? [''] : []), ...rows]
}

/** The same rows once; of those that one side has alone, whose they are. */
function rowLines({ sql, tidb, reference }: ComparedStatement, sides: Sides): readonly string[] {
  const compared = compareRows(tidb, reference, rowOrderOf(sql, tidb.columns))
  const names = { both: 'both', left: sides.tidb, right: sides.reference }
  const differing = compared.flatMap(({ side }, at) => (side === 'both' ? [] : [at]))
  // What agrees is of use near what does not.
  const near = compared.filter((_, at) => differing.some((one) => Math.abs(one - at) <= 2))
  const shown = near.slice(0, MOST_ROWS)
  const columns = (tidb.columns.length > 0 ? tidb : reference).columns.map(({ name }) => name)
  const lines = aligned([['', ...columns], ...shown.map(({ side, row }) => [names[side], ...row.map(cellText)])])
  const left = compared.length - shown.length
  const none = (side: StatementResult, name: string): string[] =>
    side.rows === undefined
      ? [`${name} returned no result set`]
      : side.rows.length === 0
        ? [`${name} returned no rows`]
        : []
  return [
    ...lines,
    ...(left > 0 ? [`… ${left} more ${left === 1 ? 'row' : 'rows'}`] : []),
    ...none(tidb, sides.tidb),
    ...none(reference, sides.reference),
  ]
}

function factsOf(aspect: Aspect, tidb: StatementResult, reference: StatementResult): string[][] {
  const pair = (name: string, of: (side: StatementResult) => string): string[] => [name, of(tidb), of(reference)]
  switch (aspect) {
    case 'columns':
      return [pair('columns', ({ columns }) => columns.map(({ name }) => name).join(', ') || 'none')]
    case 'types':
      return tidb.columns.flatMap((column, at) => {
        const other = reference.columns[at] ?? column
        return isSameType(column, other) ? [] : [[`type of ${column.name}`, column.type, other.type]]
      })
    case 'affectedRows':
      return [pair('affected rows', ({ affectedRows }) => (affectedRows === undefined ? 'none' : String(affectedRows)))]
    case 'warnings':
      return [
        pair(
          'warnings',
          ({ warnings }) => warnings.map(({ code, message }) => `${code} ${message}`).join('; ') || 'none',
        ),
      ]
    case 'errors':
      return [pair('error', ({ error }) => (error === undefined ? 'none' : `${error.errno} ${error.message}`))]
    case 'rows':
      return []
  }
}

export function cellText(cell: Cell): string {
  if (cell === null) return 'NULL'
  // A text is told from NULL, and blanks at its end are seen.
  const plain = cell === '' || cell === 'NULL' || cell !== cell.trim() ? `'${cell}'` : cell
  return plain.replaceAll('\n', '\\n')
}

function aligned(lines: readonly (readonly string[])[]): string[] {
  const cut = lines.map((line) =>
    line.map((text) => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text)),
  )
  const widths = columnWidths(cut)
  return cut.map((line) =>
    widths
      .map((width, column) => padTo(line[column] ?? '', width))
      .join('  ')
      .trimEnd(),
  )
}
