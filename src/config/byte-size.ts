const units = new Map([
  ['b', 1],
  ['kb', 1_000],
  ['mb', 1_000_000],
  ['gb', 1_000_000_000],
  ['kib', 1_024],
  ['mib', 1_024 ** 2],
  ['gib', 1_024 ** 3],
])

/** Bytes of `500`, `64KB`, `1.5 MiB` or `1GB`; undefined when the text is none of these. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = units.get(match?.[2]?.toLowerCase() || 'b')
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}
