import { FaultError } from '../errors/fault-error.ts'
import { checkOption } from './check-option.ts'
import { wordsOf, type Request } from './mysql/request.ts'

/** Which statement a fault is aimed at. */
export interface StatementMatch {
  /**
   * Its first words, such as `'COMMIT'` or `'INSERT INTO account'`, whatever stands between them and in which case; or a
   * pattern for its text. Prepared statements are met when they are executed. Any statement when not given.
   */
  readonly of?: string | RegExp
  /** The nth such statement while the fault is in force, from 1 on; the first when not given. */
  readonly nth?: number
}

/** Counts statements through all connections, and knows the one that is meant. */
export class StatementCounter {
  readonly #match: StatementMatch
  readonly #of: readonly string[] | RegExp | undefined
  readonly #nth: number
  #seen = 0

  /** @throws FaultError `FAULT_OPTION` */
  constructor(fault: string, match: StatementMatch) {
    this.#match = match
    this.#nth = match.nth ?? 1
    checkOption(fault, 'nth', this.#nth, 1, true)
    const { of } = match
    // A pattern with the flags g or y would remember where it was.
    this.#of =
      of instanceof RegExp
        ? new RegExp(of.source, of.flags.replaceAll(/[gy]/g, ''))
        : of === undefined
          ? undefined
          : wordsOf(of)
    if (of !== undefined && Array.isArray(this.#of) && this.#of.length === 0) {
      throw new FaultError('FAULT_OPTION', `${fault}: \`of\` is '${of}', which no statement begins with`)
    }
  }

  /** What is told when it was never met. */
  get missing(): string {
    const { of } = this.#match
    const what = of === undefined ? 'statements' : `statements like ${typeof of === 'string' ? `'${of}'` : String(of)}`
    return this.#nth === 1
      ? `no ${what.replace(/^statements/, 'statement')} came through the proxy`
      : `fewer than ${this.#nth} ${what} came through the proxy`
  }

  /** Whether this is the one. Each request may be asked about once. */
  meets(request: Request): boolean {
    if (!request.isStatement) return false
    if (this.#of !== undefined && !request.runs(this.#of)) return false
    return ++this.#seen === this.#nth
  }
}

/** For messages: `loseReply({ of: 'COMMIT' })`. */
export function nameWith(fault: string, { of, nth }: StatementMatch): string {
  const parts = [
    ...(of === undefined ? [] : [`of: ${typeof of === 'string' ? `'${of}'` : String(of)}`]),
    ...(nth === undefined ? [] : [`nth: ${nth}`]),
  ]
  return parts.length === 0 ? `${fault}({})` : `${fault}({ ${parts.join(', ')} })`
}
