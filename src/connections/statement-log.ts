import { maskPasswords } from './mask-passwords.ts'
import type { SqlResult } from './sql.ts'

export interface LoggedStatement {
  readonly session: string
  readonly connectionId: number
  /** With `?` for bound values; passwords masked. */
  readonly sql: string
  readonly values: readonly (SqlResult | boolean)[]
  /** Milliseconds since the log was begun. */
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
  readonly #begun = performance.now()
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
      startedAt: performance.now() - this.#begun,
    }
    this.#entries.push(logged)
    if (this.#entries.length > this.#limit) {
      this.#entries.shift()
      this.#dropped++
    }
    return logged
  }

  /** The last `count` statements, a line each: time, session, SQL, values, outcome. */
  toLines(count = 30): string[] {
    const shown = this.#entries.slice(-count)
    const width = Math.max(0, ...shown.map((entry) => entry.session.length))
    const hidden = this.#entries.length - shown.length + this.#dropped
    return [
      ...(hidden > 0 ? [`… ${hidden} earlier statements`] : []),
      ...shown.map((entry) => `${entry.session.padEnd(width)}  ${oneLine(entry)}  ${ending(entry)}`),
    ]
  }
}

function oneLine(entry: LoggedStatement): string {
  const sql = entry.sql.replace(/\s+/g, ' ').trim()
  const values = entry.values.length === 0 ? '' : `  [${entry.values.map(shortValue).join(', ')}]`
  return (sql.length > 200 ? `${sql.slice(0, 199)}…` : sql) + values
}

function shortValue(value: SqlResult | boolean): string {
  const text =
    value instanceof Date
      ? value.toISOString()
      : value instanceof Uint8Array
        ? `${value.length} bytes`
        : typeof value === 'string'
          ? JSON.stringify(value)
          : String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

function ending(entry: LoggedStatement): string {
  if (entry.milliseconds === undefined) return '… still running'
  const time = `${entry.milliseconds.toFixed(1)} ms`
  if (entry.error !== undefined) return `${time}  ✗ ${entry.error}`
  return `${time}  ${entry.rows === undefined ? 'ok' : entry.rows === 1 ? '1 row' : `${entry.rows} rows`}`
}
