import { splitStatements, type Token } from '../connections/sql-lexer.ts'

/** Reads a statement token by token, parentheses as one. */
export class SqlScan {
  readonly sql: string
  readonly tokens: readonly Token[]
  #at = 0

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql
    this.tokens = tokens
  }

  /** Undefined for a text that holds no statement or several. */
  static of(text: string): SqlScan | undefined {
    const [statement, another] = splitStatements(text)
    return statement === undefined || another !== undefined ? undefined : new SqlScan(text, statement.tokens)
  }

  static isOne(text: string): boolean {
    return SqlScan.of(text) !== undefined
  }

  get done(): boolean {
    return this.#at >= this.tokens.length
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.#at + ahead]
  }

  /** Goes on when the next tokens are these words or signs. */
  take(...values: readonly string[]): boolean {
    if (!values.every((value, ahead) => isSign(this.peek(ahead), value))) return false
    this.#at += values.length
    return true
  }

  /** Goes on over as many of these as stand here, in any order. */
  skip(...values: readonly string[]): void {
    while (values.some((value) => this.take(value)));
  }

  /** The name of a column, a table or an index. */
  name(): string | undefined {
    const token = this.peek()
    const name = token?.type === 'quoted-identifier' ? token.value : token?.type === 'word' ? token.text : undefined
    if (name !== undefined) this.#at++
    return name
  }

  /** What stands before the next of these words or signs that is in no parentheses; all the rest when none comes. */
  until(...ends: readonly string[]): SqlScan {
    const from = this.#at
    let depth = 0
    for (; !this.done; this.#at++) {
      const token = this.tokens[this.#at]
      if (depth === 0 && ends.some((end) => isSign(token, end))) break
      if (isSign(token, '(')) depth++
      if (isSign(token, ')')) depth--
    }
    return new SqlScan(this.sql, this.tokens.slice(from, this.#at))
  }

  /** What stands between parentheses here. */
  parenthesized(): SqlScan | undefined {
    if (!this.take('(')) return undefined
    const inside = this.until(')')
    return this.take(')') ? inside : undefined
  }

  /** The parts between these signs, those in parentheses not counted. */
  split(separator: string): SqlScan[] {
    const parts: SqlScan[] = []
    do parts.push(this.until(separator))
    while (this.take(separator))
    return parts
  }

  /** Whether one of these stands somewhere outside of parentheses. */
  has(...values: readonly string[]): boolean {
    const rest = new SqlScan(this.sql, this.tokens)
    rest.until(...values)
    return !rest.done
  }

  /** As it stands in the SQL. */
  get text(): string {
    const [first] = this.tokens
    const last = this.tokens.at(-1)
    return first === undefined || last === undefined ? '' : this.sql.slice(first.start, last.end)
  }

  /** The text, if it is a value and means the same in every session; undefined for NULL, too. */
  get literal(): string | undefined {
    const { text } = this
    const [first] = this.tokens
    if (this.tokens.length === 1 && first?.type === 'string') return text
    return /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|(?:_utf8mb4\s+)?0x[0-9a-f]+|true|false)$/i.test(text)
      ? text
      : undefined
  }
}

/** Whether a token is this keyword or sign; a quoted name is neither. */
function isSign(token: Token | undefined, value: string): boolean {
  return (token?.type === 'word' || token?.type === 'punctuation') && token.value === value
}
