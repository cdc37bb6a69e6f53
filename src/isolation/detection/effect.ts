import type { Replayed } from './replay.ts'
import { changedRows, type Contents, type WatchedRow } from './watched-tables.ts'

/**
 * Whether a step did the same on two different sets of rows: it returned the same, and left what it wrote the same. What
 * it does not write may differ, in rows and in columns.
 */
export function sameEffect(left: Replayed, right: Replayed): boolean {
  if (left.errno !== right.errno || left.variables !== right.variables) return false
  if (rowsOf(left) !== rowsOf(right)) return false
  const changed = new Set([...changedRows(left.before, left.after), ...changedRows(right.before, right.after)])
  const counted = [...changed]
    .filter((name) => isAdded(left, name) || isAdded(right, name))
    .filter((name) => isCounted(left, right, name))
  const rest = [...changed].filter((name) => !counted.includes(name))
  return (
    rest.every((name) => writesTheSame(left, right, name)) &&
    addedValues(left.after, counted) === addedValues(right.after, counted)
  )
}

/** How many rows a statement changed does not matter where what it left is the same. */
function rowsOf({ results }: Replayed): string {
  return JSON.stringify(results.map((result) => (/^\d+$/.test(result) ? '' : result)))
}

function writesTheSame(left: Replayed, right: Replayed, name: string): boolean {
  const [one, other] = [left.after.get(name), right.after.get(name)]
  if (one === undefined || other === undefined) return one === other
  return one.values.every(
    (value, column) => value === other.values[column] || !(writes(left, name, column) || writes(right, name, column)),
  )
}

function writes({ before, after }: Replayed, name: string, column: number): boolean {
  const was = before.get(name)
  return was === undefined || was.values[column] !== after.get(name)?.values[column]
}

function isAdded({ before, after }: Replayed, name: string): boolean {
  return !before.has(name) && after.has(name)
}

/** Rows whose key the server counted up have another one each time. */
function isCounted(left: Replayed, right: Replayed, name: string): boolean {
  const table = (left.after.get(name) ?? right.after.get(name))?.table
  return table !== undefined && (table.counted.length > 0 || table.key.length === 0)
}

function addedValues(contents: Contents, names: readonly string[]): string {
  return names
    .map((name) => contents.get(name))
    .filter((row) => row !== undefined)
    .map(withoutCounted)
    .toSorted()
    .join('\n')
}

function withoutCounted({ table, values }: WatchedRow): string {
  return `${table.name} ${values.filter((_, index) => !table.counted.includes(index)).join(', ')}`
}
