/** `0.42 ms`, `12.3 ms`, `1.62 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`
  if (milliseconds < 1_000) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 120_000) return `${(milliseconds / 1_000).toFixed(2)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1_000)} s`
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** A text of several lines without what all of them are indented by, and without empty ends. */
export function dedented(text: string): string {
  // The first line stands behind an opening quote, and has no indentation to go by.
  const [first = '', ...rest] = text.trimEnd().split('\n')
  const indents = rest.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const common = indents.length === 0 ? 0 : Math.min(...indents)
  return [first.trimStart(), ...rest.map((line) => line.slice(common))].join('\n').trimStart()
}

/** A statement's text in one line. */
export function oneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim()
}
