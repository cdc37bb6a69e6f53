import { checkBounds, withNulls, wrong, type Column, type ColumnOptions } from './column.ts'
import { drawFrom, type Distribution } from './distribution.ts'

export interface IntegerOptions extends ColumnOptions {
  /** 0 when not given. */
  readonly min?: number
  /** The largest; 1,000,000 when not given. */
  readonly max?: number
  readonly distribution?: Distribution
  /** No value comes twice. The order is mixed up; the distribution has no say. */
  readonly unique?: boolean
}

/** 1, 2, 3, … or from another number on. */
export function sequence({ start = 1, step = 1 }: { readonly start?: number; readonly step?: number } = {}): Column {
  return { cell: ({ row }) => String(start + row * step) }
}

export function integer(options: IntegerOptions = {}): Column {
  const { min = 0, max = 1_000_000, distribution = 'uniform', unique = false } = options
  checkBounds('integer', min, max)
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) throw wrong(`integer: ${min} and ${max} must be whole`)
  const size = max - min + 1
  return withNulls(options, {
    check(name, rows) {
      if (!unique || rows <= size) return
      throw wrong(`column '${name}': there are only ${size} different integers from ${min} to ${max}, for ${rows} rows`)
    },
    cell: ({ random, row }) =>
      String(min + (unique ? permuted(row, size) : Math.floor(drawFrom(distribution, random) * size))),
  })
}

export interface DecimalOptions extends ColumnOptions {
  readonly min?: number
  readonly max?: number
  /** Digits after the point; 2 when not given. */
  readonly scale?: number
  readonly distribution?: Distribution
}

export function decimal(options: DecimalOptions = {}): Column {
  const { min = 0, max = 1_000, scale = 2, distribution = 'uniform' } = options
  checkBounds('decimal', min, max)
  if (!Number.isInteger(scale) || scale < 0 || scale > 15) throw wrong(`decimal: scale is ${scale}; it must be 0 to 15`)
  return withNulls(options, {
    cell: ({ random }) => (min + drawFrom(distribution, random) * (max - min)).toFixed(scale),
  })
}

/** Goes through all numbers below `size` once, in steps that have no divisor in common with it. */
function permuted(row: number, size: number): number {
  let step = Math.max(1, Math.floor(size * 0.618))
  while (commonDivisor(step, size) !== 1) step++
  return Number((BigInt(row) * BigInt(step)) % BigInt(size))
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right)
}
