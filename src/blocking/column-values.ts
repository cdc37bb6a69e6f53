import type { TableShape } from './table-shape.ts'

const RANGES = { signed: [-(2n ** 63n), 2n ** 63n - 1n], unsigned: [0n, 2n ** 64n - 1n] } as const

/** Whether a literal, as a value of a column, is the same for every session, and is neither rounded nor cut. */
export function isCertain({ integers, timestamps }: TableShape, column: string, literal: string): boolean {
  if (timestamps.has(column)) return false
  const unsigned = integers.get(column)
  if (unsigned === undefined || /^(?:true|false)$/i.test(literal)) return true
  const [, digits] = /^'?([+-]?\d+)'?$/.exec(literal) ?? []
  if (digits === undefined) return false
  const value = BigInt(digits.replace(/^\+/, ''))
  const [least, most] = unsigned ? RANGES.unsigned : RANGES.signed
  return value >= least && value <= most
}

/** Whether a column that numbers the rows gets a number of its own instead of this literal. */
export function isNextNumber({ autoIncrement }: TableShape, column: string, literal: string): boolean {
  return autoIncrement === column && /^'?[+-]?0*\.?0*'?$|^false$/i.test(literal)
}
