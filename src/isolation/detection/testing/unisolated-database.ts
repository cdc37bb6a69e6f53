import { classifyStatements } from '../../../databases/statement-kind.ts'
import type { SqlRow } from '../../../connections/sql.ts'
import type { StepRecord, StepResult } from '../../report.ts'
import type { Schedule } from '../../schedule.ts'
import type { SessionSteps } from '../../scenario-options.ts'
import type { Observation, SessionView, Timeline } from '../observation.ts'
import { comparableRows, type Replay, type Replayed, type ReplayedStep } from '../replay.ts'
import type { Contents, WatchedRow } from '../watched-tables.ts'

type Rows = ReadonlyMap<number, number>

const TABLE = {
  name: 'account',
  columns: ['id', 'value'].map((name) => ({ name, type: 'int', generated: false })),
  key: [{ name: 'id', type: 'int', generated: false }],
  counted: [],
}

interface Transaction {
  readonly began: bigint
  /** What the rows were that it has written, to bring them back. */
  readonly undo: Map<number, number | undefined>
}

/**
 * A database without any isolation, for anomalies that TiDB never shows: every write is seen by everybody at once, nobody
 * waits, and ROLLBACK brings back what the transaction found. It knows the table `account` and the catalogue's statements.
 */
export class UnisolatedDatabase implements Replay {
  #rows: Rows
  #clock = 1n
  readonly #open = new Map<string, Transaction>()
  readonly #last = new Map<string, SessionView['last']>()

  constructor(rows: Rows) {
    this.#rows = rows
  }

  /** The rows as they are now. */
  read(): SqlRow[] {
    return rowsOf(this.#rows)
  }

  /** Runs a schedule, as a watcher would have seen it. */
  watch(sessions: SessionSteps, schedule: Schedule): Timeline {
    const initial = contentsOf(this.#rows)
    const observations: Observation[] = []
    for (const [position, { session, step }] of schedule.entries()) {
      const sql = sessions[session]?.[step] ?? ''
      const [before, committedBefore] = [this.#view(session), contentsOf(this.#rows)]
      const result = this.#send(session, sql)
      const rows = 'rows' in result ? { rows: result.rows } : {}
      const record: StepRecord = {
        session,
        step,
        sql,
        position,
        outcome: 'done',
        results: [result],
        fields: [],
        ...rows,
      }
      observations.push({
        record,
        statements: classifyStatements(sql),
        before,
        after: this.#view(session),
        committedBefore,
        committedAfter: contentsOf(this.#rows),
        round: position + 1,
        sentAfter: position,
      })
    }
    return { initial, rounds: observations.map(({ committedAfter }) => committedAfter), observations }
  }

  run({ sql }: ReplayedStep, contents: Contents): Promise<Replayed> {
    const { result, rows } = evaluate(sql, numbersOf(contents))
    const results = ['rows' in result ? comparableRows(result.rows) : String(result.affectedRows)]
    return Promise.resolve({ results, errno: undefined, variables: '', before: contents, after: contentsOf(rows) })
  }

  #view(session: string): SessionView {
    const transaction = this.#open.get(session)
    return {
      transaction: transaction?.began ?? 0n,
      last: this.#last.get(session),
      variables: new Map(),
      contents: transaction === undefined ? undefined : contentsOf(this.#rows),
    }
  }

  #send(session: string, sql: string): StepResult {
    const transaction = this.#open.get(session)
    if (sql === 'BEGIN') this.#open.set(session, { began: this.#clock++, undo: new Map() })
    else if (sql === 'COMMIT' && transaction !== undefined) this.#end(session, transaction)
    else if (sql === 'ROLLBACK' && transaction !== undefined) {
      this.#open.delete(session)
      this.#rows = withUndone(this.#rows, transaction.undo)
    } else return this.#change(transaction, sql)
    return { affectedRows: 0, writes: false }
  }

  #change(transaction: Transaction | undefined, sql: string): StepResult {
    const { result, rows } = evaluate(sql, this.#rows)
    for (const id of new Set([...this.#rows.keys(), ...rows.keys()])) {
      if (rows.get(id) === this.#rows.get(id) || transaction?.undo.has(id) === true) continue
      transaction?.undo.set(id, this.#rows.get(id))
    }
    this.#rows = rows
    return result
  }

  #end(session: string, { began, undo }: Transaction): void {
    this.#open.delete(session)
    if (undo.size > 0) this.#last.set(session, { began, committed: this.#clock++ })
  }
}

function withUndone(rows: Rows, undo: ReadonlyMap<number, number | undefined>): Rows {
  const undone = new Map(rows)
  for (const [id, value] of undo) {
    if (value === undefined) undone.delete(id)
    else undone.set(id, value)
  }
  return undone
}

function evaluate(sql: string, rows: Rows): { result: StepResult; rows: Rows } {
  const [, what = '', condition] = /^(.*?)(?: WHERE (.*))?$/.exec(sql) ?? []
  const met = [...rows].filter(([id, value]) => condition === undefined || meets(condition, { id, value }))
  if (what.startsWith('SELECT')) return { result: { rows: rowsOf(new Map(met)), fields: ['id', 'value'] }, rows }
  const changed = new Map(rows)
  const inserted = /^INSERT INTO account VALUES \((\d+), (\d+)\)$/.exec(what)
  const updated = /^UPDATE account SET value = (value \+ )?(\d+)$/.exec(what)
  if (inserted !== null) changed.set(Number(inserted[1]), Number(inserted[2]))
  else if (updated !== null) {
    for (const [id, value] of met) changed.set(id, (updated[1] === undefined ? 0 : value) + Number(updated[2]))
  } else if (what === 'DELETE FROM account') met.forEach(([id]) => changed.delete(id))
  else throw new TypeError(`this database does not know ${sql}`)
  return { result: { affectedRows: inserted === null ? met.length : 1, writes: true }, rows: changed }
}

/** Such as `id = 1 OR value % 3 = 0`. */
function meets(condition: string, row: { readonly id: number; readonly value: number }): boolean {
  return condition.split(' OR ').some((part) => {
    const [, column, divisor, wanted] = /^(id|value)(?: % (\d+))? = (\d+)$/.exec(part) ?? []
    if (column !== 'id' && column !== 'value') throw new TypeError(`this database does not know the condition ${part}`)
    return (divisor === undefined ? row[column] : row[column] % Number(divisor)) === Number(wanted)
  })
}

function rowsOf(rows: Rows): SqlRow[] {
  return [...rows].map(([id, value]) => ({ id, value })).toSorted((left, right) => left.id - right.id)
}

function contentsOf(rows: Rows): Contents {
  return new Map(
    [...rows].map(([id, value]): [string, WatchedRow] => [
      `account(${id})`,
      { table: TABLE, key: String(id), values: [String(id), String(value)] },
    ]),
  )
}

function numbersOf(contents: Contents): Rows {
  return new Map([...contents.values()].map(({ values }) => [Number(values[0]), Number(values[1])]))
}
