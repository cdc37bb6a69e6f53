import { columnAt } from './statement-shape.ts'
import type { SqlScan } from './sql-scan.ts'

/**
 * The values that a condition demands of columns, when it is nothing but `column = value` and `column IN (values)` with
 * AND between; undefined for any other condition.
 */
export function equalitiesIn(where: SqlScan): ReadonlyMap<string, readonly string[]> | undefined {
  if (where.tokens.length === 0) return undefined
  const found = new Map<string, readonly string[]>()
  for (const part of where.split('AND')) {
    const column = columnAt(part)
    const values = part.take('=') ? [part.until()] : part.take('IN') ? part.parenthesized()?.split(',') : undefined
    const literals = values?.map(({ literal }) => literal)
    if (column === undefined || literals === undefined || !part.done || found.has(column)) return undefined
    const known = literals.filter((literal) => literal !== undefined)
    if (known.length !== literals.length) return undefined
    found.set(column, known)
  }
  return found
}
