import type { Wait } from '../blocking/wait.ts'
import type { Outcome } from '../connections/outcome.ts'
import type { Session } from '../connections/session.ts'
import { columnsOf } from '../connections/rows.ts'
import type { SqlRow } from '../connections/sql.ts'
import type { StartedStatement } from '../connections/started-statement.ts'
import { classifyStatements, type StatementKind } from '../databases/statement-kind.ts'
import { isConnectError, isStatementError } from '../errors/guards.ts'
import { StatementError } from '../errors/statement-error.ts'
import type { StepRecord, StepResult } from './report.ts'
import type { ScheduledStep } from './schedule.ts'
import type { StepSpec } from './spec.ts'

type Results = readonly (SqlRow[] | Outcome)[]
type Ended = { readonly results: Results } | { readonly error: StatementError }

/** A step that was sent and is not reported yet. */
export class StepInFlight {
  readonly scheduled: ScheduledStep
  readonly position: number
  readonly statement: StartedStatement<Results>
  /** Settles when the statement has ended: with its outcome, or with the server's error. Rejects with any other error. */
  readonly ended: Promise<Ended>
  readonly kinds: readonly StatementKind[]
  readonly #sql: string
  #end: Ended | undefined
  #waited: Wait | undefined

  constructor(session: Session, scheduled: ScheduledStep, position: number, step: StepSpec) {
    this.scheduled = scheduled
    this.position = position
    this.#sql = step.sql
    this.kinds = classifyStatements(step.sql).map(({ kind }) => kind)
    this.statement = session.startScript(step.sql)
    this.ended = this.statement.result().then(
      (results) => (this.#end = { results }),
      (error: unknown) => {
        return (this.#end = { error: statementErrorOf(error, step.sql, session.name) })
      },
    )
    // Whoever runs the schedule asks for it; until then a failure must not count as unhandled.
    this.ended.catch(() => undefined)
  }

  get hasEnded(): boolean {
    return this.statement.status === 'done' || this.statement.status === 'failed'
  }

  /** Whether it is to be reported as waiting, be it or not. */
  get isMarkedWaiting(): boolean {
    return this.scheduled.markers?.some(({ kind }) => kind === 'waiting') === true
  }

  get waited(): Wait | undefined {
    return this.#waited
  }

  /** Remembers whom it waits for, the first time that this is seen. */
  waits(wait: Wait): void {
    this.#waited ??= wait
  }

  /** What came of it so far. */
  record(): StepRecord {
    const end = this.#end
    const waited = this.#waited
    const base = {
      session: this.scheduled.session,
      step: this.scheduled.step,
      sql: this.#sql,
      position: this.position,
      results: [],
      fields: [],
      // Whether it waits is what nobody can rely on, so the report must not depend on it.
      ...(waited === undefined || this.isMarkedWaiting ? {} : { waited }),
    }
    if (end === undefined) return { ...base, outcome: 'unfinished' }
    if ('error' in end) return { ...base, outcome: 'failed', error: end.error }
    return { ...base, outcome: 'done', ...resultsOf(end.results, this.kinds) }
  }
}

/** What a record says of what its statements returned. */
export function resultsOf(
  results: Results,
  kinds: readonly StatementKind[],
): Pick<StepRecord, 'results' | 'rows' | 'fields' | 'affectedRows'> {
  const seen = results.map((result, index): StepResult => {
    if (Array.isArray(result)) return { rows: result, fields: columnsOf(result) ?? [] }
    return { affectedRows: result.affectedRows, writes: kinds[index] === 'dml' }
  })
  const last = seen.findLast((result) => 'rows' in result)
  const counts = seen.flatMap((result) => ('affectedRows' in result ? [result.affectedRows] : []))
  return {
    results: seen,
    fields: last?.fields ?? [],
    ...(last === undefined ? {} : { rows: last.rows }),
    ...(counts.length === 0 ? {} : { affectedRows: counts.reduce((sum, count) => sum + count, 0) }),
  }
}

/** A session that has lost its connection fails every further step: that is an outcome too. */
function statementErrorOf(error: unknown, sql: string, session: string): StatementError {
  // What our side has ended is no outcome of the step.
  if (isStatementError(error) && !error.code.startsWith('STATEMENT_')) return error
  if (!isConnectError(error) || error.code !== 'CONNECT_LOST') throw error
  return new StatementError(error, { sql, session }, { code: error.code, message: 'the connection was lost before' })
}
