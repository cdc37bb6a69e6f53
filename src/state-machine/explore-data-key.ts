/**
 * A text that is the same for data that is the same: by values, whatever the order of keys. It tells numbers, bigints
 * and strings apart, and looks into Maps, Sets, arrays and plain objects.
 */
export function dataKey(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map) return `Map{${sortedEntries([...value].map(([key, each]) => [dataKey(key), each]))}}`
  if (value instanceof Set) return `Set{${[...value].map(dataKey).toSorted().join()}}`
  if (Array.isArray(value)) return `[${value.map(dataKey).join()}]`
  return `{${sortedEntries(Object.entries(value))}}`
}

function sortedEntries(entries: readonly (readonly [string, unknown])[]): string {
  return entries
    .map(([key, value]) => `${key}:${dataKey(value)}`)
    .toSorted()
    .join()
}
