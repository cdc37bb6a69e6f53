import type { Session } from '../../connections/session.ts'
import type { SqlResult, SqlRow } from '../../connections/sql.ts'
import { classifyStatements } from '../../databases/statement-kind.ts'
import type { StepRecord } from '../report.ts'
import type { ScheduleWatch } from '../schedule-run.ts'
import type { SessionView, Observation, Timeline } from './observation.ts'
import type { WatchedTables, Contents } from './watched-tables.ts'

interface Sent {
  readonly session: Session
  readonly view: SessionView
  readonly committed: Contents
  readonly sentAfter: number
}

/**
 * Sees a schedule from inside: what a plain SELECT shows each session before and after its steps, and what is committed.
 *
 * Such a SELECT takes no lock and, with both isolation levels of TiDB, changes nothing that the next one sees. It takes
 * the metadata lock of the tables, so that schedules with schema changes are not watched.
 */
export class StepWatcher implements ScheduleWatch {
  readonly #outsider: Session
  readonly #tables: WatchedTables
  readonly #variables: readonly string[]
  #initial: Contents
  #committed: Contents
  #obstacle: string | undefined
  readonly #rounds: Contents[] = []
  readonly #sent = new Map<number, Sent>()
  readonly #observations: Observation[] = []

  private constructor(outsider: Session, tables: WatchedTables, variables: readonly string[]) {
    this.#outsider = outsider
    this.#tables = tables
    this.#variables = variables
    this.#initial = new Map()
    this.#committed = this.#initial
  }

  /**
   * Begins before the first step.
   *
   * @param outsider a session that has no other use
   * @param texts the SQL of all steps
   */
  static async begin(outsider: Session, tables: WatchedTables, texts: readonly string[]): Promise<StepWatcher> {
    const names = texts.flatMap((text) => [...text.matchAll(/(?<![@\w])@(\w+)/g)].map(([, name = '']) => name))
    const watcher = new StepWatcher(outsider, tables, [...new Set(names)])
    watcher.#initial = await watcher.#readAll(outsider)
    watcher.#committed = watcher.#initial
    return watcher
  }

  /** Before a step is sent, while its session is idle. */
  async before(session: Session, position: number): Promise<void> {
    const sentAfter = this.#rounds.length
    const view = await this.#view(session)
    this.#sent.set(position, { session, view, committed: this.#committed, sentAfter })
  }

  /** When steps have ended: all that are known to have, before the next one is sent. */
  async ended(records: readonly StepRecord[]): Promise<void> {
    if (records.length === 0) return
    this.#committed = await this.#readAll(this.#outsider)
    this.#rounds.push(this.#committed)
    for (const record of records) {
      const sent = this.#sent.get(record.position)
      if (sent === undefined) continue
      const after = await this.#view(sent.session)
      this.#observations.push({
        record,
        statements: classifyStatements(record.sql),
        before: sent.view,
        after,
        committedBefore: sent.committed,
        committedAfter: this.#committed,
        round: this.#rounds.length,
        sentAfter: sent.sentAfter,
      })
    }
  }

  get timeline(): Timeline {
    return { initial: this.#initial, rounds: this.#rounds, observations: this.#observations }
  }

  /** Why not all rows could be read. */
  get obstacle(): string | undefined {
    return this.#obstacle
  }

  async #readAll(session: Session): Promise<Contents> {
    if (this.#tables.count === 0 || this.#obstacle !== undefined) return new Map()
    try {
      return this.#tables.read(await session.script(this.#tables.queries))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#obstacle = error.message
      return new Map()
    }
  }

  async #view(session: Session): Promise<SessionView> {
    if (session.status !== 'connected') return NO_VIEW
    const variables = this.#variables.map((name) => `, @${name} AS ${name}`).join('')
    const [rows] = await session.script(`SELECT @@tidb_current_ts AS current, @@tidb_last_txn_info AS last${variables}`)
    const row = (Array.isArray(rows) ? rows[0] : undefined) ?? {}
    const transaction = BigInt(String(row['current'] ?? 0))
    return {
      transaction,
      last: lastOf(row),
      variables: new Map(this.#variables.map((name): [string, SqlResult] => [name, row[name] ?? null])),
      contents: transaction === 0n ? undefined : await this.#readAll(session),
    }
  }
}

/** Of a session that has lost its connection. */
const NO_VIEW: SessionView = { transaction: 0n, last: undefined, variables: new Map(), contents: undefined }

/** Timestamps exceed 2^53, so that they are not read as JSON. https://docs.pingcap.com/tidb/stable/system-variables */
function lastOf(row: SqlRow): SessionView['last'] {
  const text = String(row['last'] ?? '')
  const stamp = (key: string): bigint | undefined => {
    const found = new RegExp(`"${key}":(\\d+)`).exec(text)?.[1]
    return found === undefined ? undefined : BigInt(found)
  }
  const began = stamp('start_ts')
  return began === undefined ? undefined : { began, committed: stamp('commit_ts') ?? 0n }
}
