import { SqlScan } from './sql-scan.ts'

/** A statement that locks rows of one table, as far as it can be told from its text. */
export interface StatementShape {
  readonly database: string | undefined
  readonly table: string
  /** By which the statement calls the table. */
  readonly alias: string | undefined
  /** Rows that it puts in, each a value for a column, in the order of `columns`; values are literals or undefined. */
  readonly rows: readonly (readonly (string | undefined)[])[]
  /** Undefined when all columns are meant. */
  readonly columns: readonly string[] | undefined
  /** Whether it goes on with a row that is there already: REPLACE, ON DUPLICATE KEY UPDATE. */
  readonly replaces: boolean
  /** Columns that it sets to literals. */
  readonly sets: ReadonlyMap<string, string>
  /** The condition under which it locks rows; empty when it locks all of them, undefined when it looks for none. */
  readonly where: SqlScan | undefined
  /** Whether it may stop before it has locked all rows under the condition. */
  readonly limited: boolean
}

/** Undefined for statements over several tables, for those that never wait, and for all that is not understood. */
export function shapeOf(text: string): StatementShape | undefined {
  const scan = SqlScan.of(text)
  if (scan === undefined) return undefined
  if (scan.take('INSERT') || scan.take('REPLACE')) return insertOf(scan)
  if (scan.take('UPDATE')) return updateOf(scan)
  if (scan.take('DELETE')) return deleteOf(scan)
  if (scan.take('SELECT')) return selectOf(scan)
  return undefined
}

const NOTHING_PUT = { rows: [], columns: undefined, replaces: false, sets: new Map<string, string>() }

function insertOf(scan: SqlScan): StatementShape | undefined {
  const replace = scan.tokens[0]?.value === 'REPLACE'
  scan.skip('LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'IGNORE', 'INTO')
  const target = tableAt(scan)
  if (target === undefined) return undefined
  let columns: string[] | undefined
  let rows: (string | undefined)[][] = []
  if (scan.take('SET')) {
    const assignments = assignmentsIn(scan.until('ON'))
    columns = assignments.map(({ column }) => column)
    rows = [assignments.map(({ value }) => value)]
  } else {
    columns = scan
      .parenthesized()
      ?.split(',')
      .map((part) => (part.name() ?? '').toLowerCase())
    if (!scan.take('VALUES') && !scan.take('VALUE')) return undefined
    do {
      const row = scan.parenthesized()
      if (row === undefined) return undefined
      rows.push(row.split(',').map((value) => value.literal))
    } while (scan.take(','))
  }
  const replaces = replace || scan.has('DUPLICATE')
  return { ...target, rows, columns, replaces, sets: new Map(), where: undefined, limited: false }
}

function updateOf(scan: SqlScan): StatementShape | undefined {
  scan.skip('LOW_PRIORITY', 'IGNORE')
  const target = tableAt(scan)
  if (target === undefined || !scan.take('SET')) return undefined
  const sets = new Map(
    assignmentsIn(scan.until('WHERE', 'ORDER', 'LIMIT')).flatMap(({ column, value }) =>
      value === undefined ? [] : [[column, value] as const],
    ),
  )
  const condition = conditionAt(scan)
  return condition === undefined ? undefined : { ...target, ...NOTHING_PUT, sets, ...condition }
}

function deleteOf(scan: SqlScan): StatementShape | undefined {
  scan.skip('LOW_PRIORITY', 'QUICK', 'IGNORE')
  if (!scan.take('FROM')) return undefined
  const target = tableAt(scan)
  return readerOf(scan, target)
}

function selectOf(scan: SqlScan): StatementShape | undefined {
  if (scan.has('UNION', 'EXCEPT', 'INTERSECT', 'GROUP', 'HAVING', 'NOWAIT', 'SKIP') || !scan.has('FOR'))
    return undefined
  scan.until('FROM')
  if (!scan.take('FROM')) return undefined
  const target = tableAt(scan)
  return readerOf(scan, target)
}

function readerOf(scan: SqlScan, target: Target | undefined): StatementShape | undefined {
  const condition = target === undefined ? undefined : conditionAt(scan)
  return target === undefined || condition === undefined ? undefined : { ...target, ...NOTHING_PUT, ...condition }
}

type Target = Pick<StatementShape, 'database' | 'table' | 'alias'>

/** What may come after the name of the only table. */
const AFTER_TABLE: ReadonlySet<string> = new Set(['SET', 'WHERE', 'ORDER', 'LIMIT', 'FOR', 'VALUES', 'VALUE', '('])

function tableAt(scan: SqlScan): Target | undefined {
  const first = scan.name()
  const second = scan.take('.') ? scan.name() : undefined
  const table = second ?? first
  if (table === undefined) return undefined
  const next = scan.peek()?.value
  const named = scan.take('AS') || (next !== undefined && scan.peek()?.type !== 'punctuation' && !AFTER_TABLE.has(next))
  const alias = named ? scan.name() : undefined
  const end = scan.peek()?.value
  if (end !== undefined && !AFTER_TABLE.has(end)) return undefined
  return { database: second === undefined ? undefined : first, table: table.toLowerCase(), alias }
}

function conditionAt(scan: SqlScan): { where: SqlScan; limited: boolean } | undefined {
  const where = scan.take('WHERE') ? scan.until('ORDER', 'LIMIT', 'FOR') : new SqlScan(scan.sql, [])
  const rest = scan.until('FOR')
  return rest.done || rest.take('ORDER') || rest.take('LIMIT') ? { where, limited: rest.has('LIMIT') } : undefined
}

function assignmentsIn(scan: SqlScan): { column: string; value: string | undefined }[] {
  return scan.split(',').map((part) => {
    const column = columnAt(part) ?? ''
    return { column, value: part.take('=') ? part.until().literal : undefined }
  })
}

/** The column that is named here, with or without its table. */
export function columnAt(scan: SqlScan): string | undefined {
  let name = scan.name()
  while (name !== undefined && scan.take('.')) name = scan.name()
  return name?.toLowerCase()
}
