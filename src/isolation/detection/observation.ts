import type { ClassifiedStatement } from '../../databases/statement-kind.ts'
import type { SqlResult } from '../../connections/sql.ts'
import type { StepRecord } from '../report.ts'
import type { Contents } from './watched-tables.ts'

/** What a session shows of itself between two of its steps. */
export interface SessionView {
  /** When its transaction began, @@tidb_current_ts; 0n outside of one. */
  readonly transaction: bigint
  /** The transaction that it ended last, from @@tidb_last_txn_info; its `committed` is 0n when it failed. */
  readonly last: { readonly began: bigint; readonly committed: bigint } | undefined
  /** Its user variables. */
  readonly variables: ReadonlyMap<string, SqlResult>
  /** What a plain SELECT shows it, inside of a transaction. */
  readonly contents: Contents | undefined
}

/** A step, with what its session saw before and after it. */
export interface Observation {
  readonly record: StepRecord
  readonly statements: readonly ClassifiedStatement[]
  readonly before: SessionView
  readonly after: SessionView
  /** The committed rows when it was sent, and when it had ended, as an outsider sees them. */
  readonly committedBefore: Contents
  readonly committedAfter: Contents
  /** Counts up with every step that ends; steps that were seen to end together have the same. */
  readonly round: number
  /** The round before it was sent. */
  readonly sentAfter: number
}

/** A schedule as its watcher saw it. */
export interface Timeline {
  /** The committed rows before the first step. */
  readonly initial: Contents
  /** The committed rows after each round. */
  readonly rounds: readonly Contents[]
  /** In the order in which the steps ended. */
  readonly observations: readonly Observation[]
}

/** `alice.read` */
export function nameOfStep({ record }: Pick<Observation, 'record'>): string {
  return `${record.session}.${record.step}`
}
