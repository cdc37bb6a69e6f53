import { isSameType } from './column-type.ts'
import { compareRows } from './compare-rows.ts'
import { rowOrderOf } from './row-order.ts'
import type { StatementResult } from './statement-result.ts'

/** In what two servers can differ over a statement. */
export type Aspect = 'rows' | 'columns' | 'types' | 'affectedRows' | 'warnings' | 'errors'

export const aspects: readonly Aspect[] = ['rows', 'columns', 'types', 'affectedRows', 'warnings', 'errors']

/** A statement, and what each side made of it. */
export interface ComparedStatement {
  readonly sql: string
  readonly tidb: StatementResult
  readonly reference: StatementResult
}

/** In what the two differ over a statement; nothing, when they agree. Of errors only the numbers count, of warnings too. */
export function differencesOf({ sql, tidb, reference }: ComparedStatement): readonly Aspect[] {
  if (tidb.error?.errno !== reference.error?.errno) return ['errors']
  if (tidb.error !== undefined) return []
  const names = (side: StatementResult): string => JSON.stringify(side.columns.map(({ name }) => name))
  const width = tidb.columns.length === reference.columns.length
  const order = rowOrderOf(sql, tidb.columns)
  const differs: Record<Aspect, boolean> = {
    rows:
      (tidb.rows === undefined) !== (reference.rows === undefined) ||
      compareRows(tidb, reference, order).some(({ side }) => side !== 'both'),
    columns: names(tidb) !== names(reference),
    types: width && !tidb.columns.every((column, at) => isSameType(column, reference.columns[at] as typeof column)),
    affectedRows: tidb.affectedRows !== reference.affectedRows,
    warnings: warningsOf(tidb) !== warningsOf(reference),
    errors: false,
  }
  return aspects.filter((aspect) => differs[aspect])
}

function warningsOf({ warnings }: StatementResult): string {
  return warnings
    .map(({ code }) => code)
    .toSorted((one, other) => one - other)
    .join()
}
