import { splitStatements } from '../../connections/sql-lexer.ts'
import { COMMAND } from './commands.ts'
import { lengthEncoded } from './reply-progress.ts'

/** One command that a client has sent. */
export class Request {
  readonly command: number
  readonly #payload: Buffer
  readonly #prepared: string | undefined
  readonly #attributes: boolean
  #sql: string | undefined

  /** @param prepared the SQL of the statement that it executes */
  constructor(payload: Buffer, options: { readonly attributes: boolean; readonly prepared: string | undefined }) {
    this.command = payload[0] ?? COMMAND.quit
    this.#payload = payload
    this.#prepared = options.prepared
    this.#attributes = options.attributes
  }

  /** Whether it runs SQL: a query, or a prepared statement. */
  get isStatement(): boolean {
    return this.command === COMMAND.query || this.command === COMMAND.statementExecute
  }

  /** What it runs or prepares, as far as it was read; empty for other commands. */
  get sql(): string {
    this.#sql ??= this.#readSql()
    return this.#sql
  }

  /**
   * Whether one of its statements begins with these words (`wordsOf`), whatever stands between them and in which case; or
   * whether its text matches.
   */
  runs(of: readonly string[] | RegExp): boolean {
    if (of instanceof RegExp) return of.test(this.sql)
    return splitStatements(this.sql).some(({ tokens }) =>
      of.every((word, index) => tokens[index]?.text.toUpperCase() === word),
    )
  }

  #readSql(): string {
    const payload = this.#payload
    if (this.command === COMMAND.statementExecute) return this.#prepared ?? ''
    if (this.command === COMMAND.statementPrepare) return payload.toString('utf8', 1)
    if (this.command !== COMMAND.query) return ''
    return payload.toString('utf8', this.#attributes ? afterAttributes(payload) : 1)
  }
}

export function wordsOf(text: string): string[] {
  return splitStatements(text).flatMap(({ tokens }) => tokens.map((token) => token.text.toUpperCase()))
}

/** Of attributes only their number is read: a statement that has some is matched with their values before it. */
function afterAttributes(payload: Buffer): number {
  const count = lengthEncoded(payload, 1)
  return lengthEncoded(payload, count.end).end
}
