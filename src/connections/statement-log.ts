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
}

/** Every statement that the sessions of one test sent, in the order of sending. */
export class StatementLog {
  readonly #entries: LoggedStatement[] = []
  readonly #limit: number
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
    if (this.#entries.length > this.#limit) {
      this.#entries.shift()
      this.#dropped++
    }
    return logged
  }

  /** What was under way between two points in time, in milliseconds since the Unix epoch. */
  between(from: number, to: number): readonly LoggedStatement[] {
    return this.#entries.filter(
      ({ startedAt, milliseconds = Infinity }) => startedAt <= to && startedAt + milliseconds >= from,
    )
  }

  /** The last statements, for people: time, session, result, SQL with its values; a failure has a line of its own. */
  toLines(layout: Partial<LinesLayout> = {}): string[] {
    return statementLines(this.#entries, this.#dropped, layout)
  }
}
