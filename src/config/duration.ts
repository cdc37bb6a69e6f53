const units = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
])

/** Milliseconds of `500`, `500ms`, `1.5s`, `2m` or `1h`; undefined when the text is none of these. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = units.get(match?.[2]?.toLowerCase() || 'ms')
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}
