import { parse, TomlError } from 'smol-toml'
import { SourceSyntaxError, type SourceDocument } from './source-document.ts'

/** Parses TOML 1.0. Throws {@link SourceSyntaxError}. */
export function parseToml(text: string): SourceDocument {
  const source = text.replace(/^\uFEFF/, '')
  return { value: parseOrFail(source), lineOf: (path) => lineOf(source, path) }
}

function parseOrFail(source: string): unknown {
  try {
    return parse(source, { unsafeKeyBehaviour: 'keep' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The rest of the message is a drawing of the place, which may show a password.
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'invalid TOML'
    throw new SourceSyntaxError(reason, error.line, error.column)
  }
}

/**
 * The parser gives no positions, so the document is parsed again line by line: a key starts after the longest
 * beginning of the document that parses without holding it.
 */
function lineOf(source: string, path: readonly string[]): number | undefined {
  const lines = source.split('\n')
  let start = 1
  for (let count = 1; count <= lines.length; count++) {
    const beginning = beginningOf(lines.slice(0, count).join('\n'))
    if (beginning === undefined) continue
    if (holds(beginning, path)) return start
    start = count + 1
  }
  return undefined
}

function beginningOf(source: string): unknown {
  try {
    return parse(source, { unsafeKeyBehaviour: 'keep' })
  } catch (error) {
    if (error instanceof TomlError) return undefined
    throw error
  }
}

function holds(value: unknown, path: readonly string[]): boolean {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Record<string, unknown>)[key]
  }
  return true
}
