import type { Session } from '../../connections/session.ts'
import type { SqlResult, SqlRow } from '../../connections/sql.ts'
import { sql } from '../../connections/sql.ts'
import { isStatementError } from '../../errors/guards.ts'
import { statementsBetween, withRows, type Contents, type WatchedTables } from './watched-tables.ts'

/** Statements with what they depend on besides rows. */
export interface ReplayedStep {
  readonly sql: string
  readonly variables: ReadonlyMap<string, SqlResult>
}

/** What came of statements when nobody else was there. */
export interface Replayed {
  /** One for each statement: its rows, or how many it changed. Comparable as text. */
  readonly results: readonly string[]
  /** The number of the error; its results are not there then. */
  readonly errno: number | undefined
  /** The variables afterwards, comparable as text. */
  readonly variables: string
  readonly before: Contents
  readonly after: Contents
}

/** Repeats statements on any rows: the server itself says what they read and write. */
export interface Replay {
  run(step: ReplayedStep, contents: Contents): Promise<Replayed>
}

/** Repeats them in a transaction of its own, which is rolled back. */
export class SessionReplay implements Replay {
  readonly #session: Session
  readonly #tables: WatchedTables
  readonly #known = new Map<string, Promise<Replayed>>()
  #actual: Contents | undefined
  #prepared = false

  /** @param session one that has no other use */
  constructor(session: Session, tables: WatchedTables) {
    this.#session = session
    this.#tables = tables
  }

  /** Says that others may have written since. */
  refresh(): void {
    this.#actual = undefined
  }

  run(step: ReplayedStep, contents: Contents): Promise<Replayed> {
    const rows = [...contents].map(([name, { values }]) => [name, values] as const)
    const key = JSON.stringify([step.sql, [...step.variables].map(comparable), rows.toSorted(byName)])
    const known = this.#known.get(key) ?? this.#run(step, contents)
    this.#known.set(key, known)
    return known
  }

  /**
   * An optimistic transaction takes no lock and meets none. Unique keys are checked when rows are written, as they are in a
   * pessimistic one (https://docs.pingcap.com/tidb/stable/system-variables#tidb_constraint_check_in_place).
   */
  async #run({ sql: text, variables }: ReplayedStep, contents: Contents): Promise<Replayed> {
    await this.#prepare()
    this.#actual ??= await this.#read()
    const changes = statementsBetween(this.#actual, contents)
    await this.#session.script(['BEGIN OPTIMISTIC', ...changes, 'SET foreign_key_checks = 1'].join('; '))
    try {
      for (const [name, value] of variables) await this.#session.run`SET ${sql.raw(`@${name}`)} = ${value}`
      const { results, errno } = await this.#results(text)
      const names = [...variables.keys()]
      const [now] =
        names.length === 0 ? [] : await this.#session.script(`SELECT ${names.map((n) => `@${n}`).join(', ')}`)
      return {
        results,
        errno,
        variables: JSON.stringify(Array.isArray(now) ? now.map((row) => Object.values(row).map(comparable)) : []),
        before: contents,
        after: await this.#read(),
      }
    } finally {
      await this.#session.script('ROLLBACK; SET foreign_key_checks = 0')
    }
  }

  async #prepare(): Promise<void> {
    if (this.#prepared) return
    this.#prepared = true
    await this.#session.script(
      'SET foreign_key_checks = 0, tidb_constraint_check_in_place = 1, tidb_opt_write_row_id = 1',
    )
  }

  async #results(text: string): Promise<Pick<Replayed, 'results' | 'errno'>> {
    try {
      const results = await this.#session.script(text)
      return {
        results: results.map((result) =>
          Array.isArray(result) ? comparableRows(result) : String(result.affectedRows),
        ),
        errno: undefined,
      }
    } catch (error) {
      if (!isStatementError(error) || error.errno === 0) throw error
      return { results: [], errno: error.errno }
    }
  }

  async #read(): Promise<Contents> {
    if (this.#tables.count === 0) return withRows(new Map(), [])
    return this.#tables.read(await this.#session.script(this.#tables.queries))
  }
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

/** Rows in whichever order: without ORDER BY the server may give them in any. */
export function comparableRows(rows: readonly SqlRow[]): string {
  return rows
    .map((row) => JSON.stringify(Object.entries(row).map(([name, value]) => [name, comparable(value)])))
    .toSorted()
    .join('\n')
}

function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(comparable)
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}
