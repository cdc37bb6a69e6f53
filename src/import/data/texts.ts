import { withNulls, wrong, type Column, type ColumnOptions } from './column.ts'

export interface TextOptions extends ColumnOptions {
  /** Characters; 0 when not given. */
  readonly minLength?: number
  /** 20 when not given. */
  readonly maxLength?: number
  /** What it is made of; small letters when not given. Characters beyond the first plane count as one. */
  readonly alphabet?: string
  /** Ends in the number of its row, so that no text comes twice. */
  readonly unique?: boolean
}

export function text(options: TextOptions = {}): Column {
  const { minLength = 0, maxLength = 20, unique = false } = options
  const alphabet = [...(options.alphabet ?? 'abcdefghijklmnopqrstuvwxyz')]
  if (!Number.isInteger(minLength) || !Number.isInteger(maxLength) || minLength < 0 || minLength > maxLength) {
    throw wrong(
      `text: its length is from ${minLength} to ${maxLength}; that must be whole numbers, the first no larger`,
    )
  }
  if (alphabet.length === 0) throw wrong('text: the alphabet is empty')
  return withNulls(options, {
    check(name, rows) {
      const longest = suffixOf(rows - 1).length
      if (!unique || longest <= maxLength) return
      throw wrong(`column '${name}': ${rows} different texts take ${longest} characters, and maxLength is ${maxLength}`)
    },
    cell({ random, row }) {
      const suffix = unique ? suffixOf(row) : ''
      const length = minLength + Math.floor(random() * (maxLength - minLength + 1))
      const letters = Array.from(
        { length: Math.max(0, Math.min(length, maxLength - suffix.length)) },
        () => alphabet[Math.floor(random() * alphabet.length)],
      )
      return letters.join('') + suffix
    },
  })
}

/** One of these, evenly, or by weights: `oneOf({ open: 3, closed: 1 })`. */
export function oneOf(
  values: readonly (string | number)[] | Readonly<Record<string, number>>,
  options: ColumnOptions = {},
): Column {
  const weighted: (readonly [string, number])[] = Array.isArray(values)
    ? (values as readonly (string | number)[]).map((value) => [String(value), 1] as const)
    : Object.entries(values as Readonly<Record<string, number>>)
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0)
  if (!(total > 0) || weighted.some(([, weight]) => !(weight >= 0))) {
    throw wrong('oneOf: it needs at least one value, and weights from 0 on')
  }
  return withNulls(options, {
    cell({ random }) {
      let left = random() * total
      return (weighted.find(([, weight]) => (left -= weight) < 0) ?? weighted.at(-1))?.[0] ?? null
    },
  })
}

/** `#` becomes the number of the row, from 1 on: `pattern('user#@example.com')`. */
export function pattern(of: string): Column {
  if (!of.includes('#')) throw wrong(`pattern: '${of}' has no # for the number of the row`)
  return { cell: ({ row }) => of.replaceAll('#', String(row + 1)) }
}

function suffixOf(row: number): string {
  return `-${row.toString(36)}`
}
