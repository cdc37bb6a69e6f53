/** One token of SQL. `value` is what it means: an upper-case keyword, an unquoted identifier, the text of a string. */
export interface Token {
  readonly type: 'word' | 'quoted-identifier' | 'string' | 'number' | 'variable' | 'punctuation'
  readonly value: string
  /** As it stands in the SQL. */
  readonly text: string
  /** Offsets in the SQL, end exclusive. */
  readonly start: number
  readonly end: number
}

const WORD = /[\p{L}\p{N}_$]/u

/**
 * Splits SQL into tokens as TiDB does. Comments vanish, optimizer hints too; the inside of an executable comment
 * (`/*! … *\/`, `/*T! … *\/`, `/*T![feature] … *\/`) counts as SQL, because TiDB runs it.
 * Never throws: an unclosed quote or comment runs to the end, and the server is left to complain.
 *
 * Source: https://docs.pingcap.com/tidb/stable/comment-syntax and …/literal-values
 */
function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let executableComments = 0
  const push = (type: Token['type'], value: string, start: number): void => {
    tokens.push({ type, value, text: sql.slice(start, at), start, end: at })
  }
  while (at < sql.length) {
    const start = at
    const char = sql[at] as string
    if (/\s/u.test(char)) {
      at += 1
    } else if (char === '#' || isDashComment(sql, at)) {
      const newline = sql.indexOf('\n', at)
      at = newline === -1 ? sql.length : newline + 1
    } else if (sql.startsWith('/*', at)) {
      const opening = /^\/\*(?:M?!\d{0,6}|T!(?:\[[^\]]*\])?)/u.exec(sql.slice(at, at + 80))
      if (opening === null) {
        const close = sql.indexOf('*/', at + 2)
        at = close === -1 ? sql.length : close + 2
      } else {
        executableComments += 1
        at += opening[0].length
      }
    } else if (executableComments > 0 && sql.startsWith('*/', at)) {
      executableComments -= 1
      at += 2
    } else if (char === "'" || char === '"') {
      push('string', readQuoted(char), start)
    } else if (char === '`') {
      push('quoted-identifier', readQuoted('`'), start)
    } else if (char === '@') {
      at += sql.startsWith('@@', at) ? 2 : 1
      while (at < sql.length && (WORD.test(sql[at] as string) || sql[at] === '.')) at += 1
      const name = sql.slice(start, at)
      // @`quoted name` and @'quoted name' are user variables too; host parts of accounts come out as @ and a string.
      push(name.length > 1 ? 'variable' : 'punctuation', name, start)
    } else if (WORD.test(char)) {
      while (at < sql.length && WORD.test(sql[at] as string)) at += 1
      const text = sql.slice(start, at)
      push(/^\d+$/u.test(text) ? 'number' : 'word', text.toUpperCase(), start)
    } else {
      at += 1
      push('punctuation', char, start)
    }
  }
  return tokens

  function readQuoted(quote: string): string {
    let value = ''
    at += 1
    while (at < sql.length) {
      const char = sql[at] as string
      if (char === quote) {
        at += 1
        if (sql[at] !== quote) return value
        value += quote
        at += 1
      } else if (char === '\\' && quote !== '`') {
        value += unescaped(sql[at + 1] ?? '')
        at = Math.min(at + 2, sql.length)
      } else {
        value += char
        at += 1
      }
    }
    return value
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', Z: '\u001a' }

function unescaped(char: string): string {
  return ESCAPES[char] ?? char
}

function isDashComment(sql: string, at: number): boolean {
  return sql.startsWith('--', at) && (at + 2 === sql.length || /\s/u.test(sql[at + 2] as string))
}

/** One statement of a text that may hold several. */
export interface LexedStatement {
  readonly sql: string
  readonly tokens: readonly Token[]
}

/** Splits at semicolons that stand outside of quotes and comments. Statements without a token (empty, comment only) are left out. */
export function splitStatements(sql: string): LexedStatement[] {
  const statements: LexedStatement[] = []
  let current: Token[] = []
  const close = (end: number): void => {
    const first = current[0]
    // Begins at the first token, so that offsets of tokens less that of the first are offsets in the statement's own text.
    if (first !== undefined) statements.push({ sql: sql.slice(first.start, end).trimEnd(), tokens: current })
    current = []
  }
  for (const token of tokenize(sql)) {
    if (token.type === 'punctuation' && token.value === ';') close(token.start)
    else current.push(token)
  }
  close(sql.length)
  return statements
}
