import { systemClock } from '../clock/system-clock.ts'
import { maskPasswords } from './mask-passwords.ts'
import type { SqlResult } from './sql.ts'
import { statementLines, type LinesLayout } from './statement-lines.ts'

export interface LoggedStatement {
  readonly session: string
  readonly connectionId: number
  /** With `?` for bound values; passwords masked. */
  readonly sql: string
  readonly values: readonly (SqlResult | boolean)[]
  /** Milliseconds since the Unix epoch, with fractions, as in the history of a machine's run. */
  readonly startedAt: number
  /** Undefined while the statement is under way. */
  milliseconds?: number
  /** Rows returned or affected. */
  rows?: number
  error?: string
  /** Whether a transaction was open when it had ended, where the server said so. */
  inTransaction?: boolean
}

/** A place in a log: before what is sent after it, behind what was sent before. */
export interface LogMark {
  /** How many statements had been sent. */
  readonly sent: number
  /** Those of them that were under way. */
  readonly underWay: readonly LoggedStatement[]
}

/** So many of the statements that may be under way are kept before those that have ended are swept out. */
const SWEEP_AT = 64

/** Every statement that the sessions of one test sent, in the order of sending. */
export class StatementLog {
  readonly #entries: LoggedStatement[] = []
  readonly #limit: number
  #underWay: LoggedStatement[] = []
  #dropped = 0

  /** Keeps the newest `limit` entries, so that a load test does not fill the memory. */
  constructor(limit = 10_000) {
    this.#limit = limit
  }

  get entries(): readonly LoggedStatement[] {
    return this.#entries
  }

  /** How many older entries the limit has cost. */
  get dropped(): number {
    return this.#dropped
  }

  begin(entry: Omit<LoggedStatement, 'startedAt'>): LoggedStatement {
    const logged: LoggedStatement = {
      ...entry,
      sql: maskPasswords(entry.sql),
      startedAt: systemClock.now(),
    }
    this.#entries.push(logged)
    if (this.#underWay.length >= SWEEP_AT) this.#underWay = this.#underWay.filter(isUnderWay)
    this.#underWay.push(logged)
    if (this.#entries.length > this.#limit) {
      this.#entries.shift()
      this.#dropped++
    }
    return logged
  }

  mark(): LogMark {
    return { sent: this.#dropped + this.#entries.length, underWay: this.#underWay.filter(isUnderWay) }
  }

  /** What was under way between two places. */
  between(from: LogMark, to: LogMark): readonly LoggedStatement[] {
    const sent = this.#entries.slice(Math.max(0, from.sent - this.#dropped), Math.max(0, to.sent - this.#dropped))
    return [...from.underWay, ...sent]
  }

  /** The last statements, for people: time, session, result, SQL with its values; a failure has a line of its own. */
  toLines(layout: Partial<LinesLayout> = {}): string[] {
    return statementLines(this.#entries, this.#dropped, layout)
  }
}

function isUnderWay({ milliseconds }: LoggedStatement): boolean {
  return milliseconds === undefined
}
