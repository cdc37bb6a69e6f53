/** Characters that take two columns of a terminal (East Asian wide and fullwidth, emoji). Source: Unicode's EastAsianWidth.txt, simplified to whole blocks. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : 1
  return width
}

/** The text with blanks behind it, up to a number of columns. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** The width of each column of a table: that of its widest cell. */
export function columnWidths(lines: readonly (readonly string[])[]): number[] {
  const widths: number[] = []
  for (const line of lines) {
    line.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell))
    })
  }
  return widths
}

/** A table with borders, as the mysql client prints one. */
export function textTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columnWidths([columns, ...rows])
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const line = (cells: readonly string[]): string =>
    `|${widths.map((width, column) => ` ${padTo(cells[column] ?? '', width)} `).join('|')}|`
  return [border, line(columns), border, ...rows.map(line), border].join('\n')
}
