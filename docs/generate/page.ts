/** A page of the reference that is made and not written. */
export function page(title: string, lines: readonly string[]): string {
  return ['---', 'editLink: false', '---', '', `# ${title}`, '', ...lines].join('\n').trimEnd() + '\n'
}

/** Text in a cell of a table: on one line, and no tag of HTML or template of Vue to whoever renders it. */
export function cell(text: string): string {
  return plain(text)
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** Text that a page shows as it is. */
function plain(text: string): string {
  return text.replaceAll(/(`[^`]*`)|[<>{}]/g, (found, code: string | undefined) => code ?? ENTITIES[found] ?? found)
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '{': '&#123;', '}': '&#125;' }
