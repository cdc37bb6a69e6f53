import type { Position } from './spec-file.ts'
import { SpecFileError } from './spec-file-error.ts'

/** One token of a spec file. Of a keyword, `value` is itself; of a block, its SQL. */
export interface Token {
  readonly kind: 'keyword' | 'identifier' | 'integer' | 'block' | 'symbol' | 'end'
  readonly value: string
  readonly at: Position
}

/** They are names when they stand in double quotes. */
const keywords: ReadonlySet<string> = new Set(['notices', 'permutation', 'session', 'setup', 'step', 'teardown'])

export function isKeyword(word: string): boolean {
  return keywords.has(word)
}

/** What needs no quotes, keywords aside. Source: `ident_start` and `ident_cont` of PostgreSQL's specscanner.l. */
export const PLAIN_NAME = /[A-Za-z_\u{80}-\u{10ffff}][A-Za-z_0-9$\u{80}-\u{10ffff}]*/uy

const BLANKS = /(?:[ \t\r\f\n]|#[^\n\r]*)*/y
const INTEGER = /[0-9]+/y
const SYMBOL = /[*(),]/y
const QUOTED = /"((?:[^"\n]|"")*)"/y
const BLOCK = /\{[ \t\r\f]*([^}]*?)[ \t\r\f]*\}/y

/**
 * The tokens of a spec file, the last one of kind `end`.
 *
 * Source: PostgreSQL's src/test/isolation/specscanner.l and README. A quoted name may hold any character but a line
 * break, `""` being a quote; a block ends with the first `}`, wherever that stands.
 *
 * @throws SpecFileError `SPEC_SYNTAX`
 */
export function tokenize(source: string, file: string): Token[] {
  const tokens: Token[] = []
  const position = positions(source)
  let offset = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset
    const found = pattern.exec(source)
    if (found !== null) offset = pattern.lastIndex
    return found
  }
  const next = (): Omit<Token, 'at'> => {
    if (offset === source.length) return { kind: 'end', value: '' }
    const start = offset
    const word = match(PLAIN_NAME)
    if (word !== null) return { kind: isKeyword(word[0]) ? 'keyword' : 'identifier', value: word[0] }
    const quoted = match(QUOTED)
    if (quoted !== null) return { kind: 'identifier', value: (quoted[1] as string).replaceAll('""', '"') }
    const block = match(BLOCK)
    if (block !== null) return { kind: 'block', value: block[1] as string }
    const integer = match(INTEGER)
    if (integer !== null) return { kind: 'integer', value: integer[0] }
    const symbol = match(SYMBOL)
    if (symbol !== null) return { kind: 'symbol', value: symbol[0] }
    throw unreadable(source[start] as string, tokens.at(-1), { file, at: position(start) })
  }
  for (;;) {
    match(BLANKS)
    const at = position(offset)
    const token = { ...next(), at }
    tokens.push(token)
    if (token.kind === 'end') return tokens
  }
}

/** Finds positions of offsets that only grow. */
function positions(source: string): (offset: number) => Position {
  let line = 1
  let lineStart = 0
  return (offset) => {
    for (;;) {
      const newline = source.indexOf('\n', lineStart)
      if (newline === -1 || newline >= offset) return { line, column: offset - lineStart + 1 }
      line++
      lineStart = newline + 1
    }
  }
}

function unreadable(
  character: string,
  before: Token | undefined,
  place: { file: string; at: Position },
): SpecFileError {
  if (character === '{') {
    return new SpecFileError('SPEC_SYNTAX', place, 'this block of SQL has no end; a "}" is expected')
  }
  if (character === '"') {
    return new SpecFileError('SPEC_SYNTAX', place, "this quoted name has no end on its line; a '\"' is expected")
  }
  const remedy =
    before?.kind === 'block' || character === '}'
      ? 'A block ends with its first "}", inside a string too. In SQL, write CHAR(125) for it.'
      : 'SQL stands between braces, names with other characters in double quotes, comments after #.'
  return new SpecFileError(
    'SPEC_SYNTAX',
    place,
    `the character ${JSON.stringify(character)} has no meaning here`,
    remedy,
  )
}
