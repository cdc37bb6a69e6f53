import type { RowOrder } from './row-order.ts'
import type { Cell, StatementResult } from './statement-result.ts'

type Rows = readonly (readonly Cell[])[]

/** One line of a comparison: a row that both sides have, or one of them alone. */
export interface ComparedRow {
  readonly side: 'both' | 'left' | 'right'
  readonly row: readonly Cell[]
}

/** Digits to which floating-point numbers must agree: their last ones depend on the order of an addition. */
const DIGITS = { DOUBLE: 12, FLOAT: 6 } as const

/** Pairs the rows of two results: one after the other where an order was asked for, else wherever they stand. */
export function compareRows(left: StatementResult, right: StatementResult, order: RowOrder): readonly ComparedRow[] {
  const keyOf = keyer(left, right)
  const lefts = left.rows ?? []
  const rights = right.rows ?? []
  const anywhere = unordered(lefts, rights, keyOf)
  if (order === 'none' || anywhere.some(({ side }) => side !== 'both')) return anywhere
  const wanted = order === 'all' ? left.columns.map((_, column) => column) : order
  const sorted = lefts.every((row, at) => keyOf(row, wanted) === keyOf(rights[at] ?? [], wanted))
  return sorted ? anywhere : inTurn(lefts, rights, (row) => keyOf(row, wanted))
}

type KeyOf = (row: readonly Cell[], columns?: readonly number[]) => string

function keyer(left: StatementResult, right: StatementResult): KeyOf {
  const canonical = Array.from({ length: Math.max(left.columns.length, right.columns.length) }, (_, column) =>
    canonicalOf(left.columns[column]?.type, right.columns[column]?.type),
  )
  return (row, columns = row.map((_, column) => column)) =>
    JSON.stringify(columns.map((column) => (canonical[column] ?? same)(row[column] ?? null)))
}

const same = (cell: Cell): Cell => cell

/** Servers write one number, one document, in different ways. */
function canonicalOf(left: string | undefined, right: string | undefined): (cell: Cell) => Cell {
  const either = (type: string): boolean => left === type || right === type
  if (either('JSON')) return (cell) => (cell === null ? null : canonicalJson(cell))
  const digits = either('FLOAT') ? DIGITS.FLOAT : either('DOUBLE') ? DIGITS.DOUBLE : undefined
  if (digits === undefined) return same
  return (cell) =>
    cell === null || Number.isNaN(Number(cell)) ? cell : Number(Number(cell).toPrecision(digits)).toString()
}

function canonicalJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    )
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

function unordered(lefts: Rows, rights: Rows, keyOf: KeyOf): ComparedRow[] {
  const waiting = new Map<string, number>()
  for (const row of rights) waiting.set(keyOf(row), (waiting.get(keyOf(row)) ?? 0) + 1)
  const compared: ComparedRow[] = lefts.map((row) => {
    const left = waiting.get(keyOf(row)) ?? 0
    if (left > 0) waiting.set(keyOf(row), left - 1)
    return { side: left > 0 ? 'both' : 'left', row }
  })
  for (const row of rights.toReversed()) {
    const left = waiting.get(keyOf(row)) ?? 0
    if (left === 0) continue
    waiting.set(keyOf(row), left - 1)
    compared.push({ side: 'right', row })
  }
  return compared
}

/** Both have the same rows, in another order. */
function inTurn(lefts: Rows, rights: Rows, keyOf: (row: readonly Cell[]) => string): ComparedRow[] {
  return lefts.flatMap((row, at): ComparedRow[] => {
    const other = rights[at] ?? []
    if (keyOf(row) === keyOf(other)) return [{ side: 'both', row }]
    return [
      { side: 'left', row },
      { side: 'right', row: other },
    ]
  })
}
