import type { Session } from '../connections/session.ts'

/**
 * What a statement waits for. `ddl-queue`: a schema change that waits for another one to be done; `unknown`: it waits for
 * a lock, and nothing shows which.
 */
export type WaitKind = 'row-lock' | 'unique-key' | 'metadata-lock' | 'ddl-queue' | 'user-lock' | 'unknown'

/**
 * How a wait, and who is to blame for it, became known.
 *
 * - `lock view`: a row of information_schema.data_lock_waits
 * - `MVCC`: a key that the statement needs carries the lock of another transaction, as TIDB_MVCC_INFO() shows
 * - `metadata lock view`: TiDB's tables of schema changes and metadata locks, joined as mysql.tidb_mdl_view joins them
 * - `DDL jobs`: the queue of schema changes
 * - `user lock`: the row of mysql.advisory_locks is locked
 * - `only open transaction`: it waits by its age, and on the whole server one other transaction alone holds locks
 * - `age`: it has waited for so long, and the server has answered so often meanwhile, that it must be waiting for somebody
 */
export type WaitEvidence =
  | 'lock view'
  | 'MVCC'
  | 'metadata lock view'
  | 'DDL jobs'
  | 'user lock'
  | 'only open transaction'
  | 'age'

/** A connection that another one waits for, or may wait for. */
export interface Blocker {
  readonly connectionId: number
  /** Of a session that the observer knows. */
  readonly name?: string
  readonly session?: Session
  /** Its start timestamp, tidb_trx.ID, where it has a transaction. */
  readonly transaction?: bigint
}

/** The rows or the index entry that a statement waits for. */
export interface WaitTarget {
  readonly database?: string
  readonly table?: string
  readonly index?: string
  /** Such as `1` or `'a@b.c'`, as it is written in SQL. */
  readonly key?: string
  /** The schema change that waits. */
  readonly job?: number
  /** The name given to GET_LOCK(). */
  readonly lock?: string
}

export interface Wait {
  readonly kind: WaitKind
  /** For people: `row t(1)`, `unique key t.email('a')`, `metadata of t, DDL job 112`, `user lock 'x'`. */
  readonly target?: string
  /** The same in parts. */
  readonly on: WaitTarget
  /** Proven holders; empty when nobody could be proven to hold what is waited for. */
  readonly blockers: readonly Blocker[]
  /** Who it may be, when nobody is proven. */
  readonly candidates: readonly Blocker[]
  readonly evidence: WaitEvidence
  /** How long it waits, as the server says; 0 where the server does not say. */
  readonly milliseconds: number
  /** What could not be asked, and why: a missing privilege, an older server. */
  readonly unavailable: readonly string[]
}

/** A statement as it is known to be at one moment. */
export type StatementState =
  | { readonly status: 'running' }
  | { readonly status: 'blocked'; readonly wait: Wait }
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly error: unknown }

/** `alice`, or `connection 2097154`. */
export function nameOf({ name, connectionId }: Blocker): string {
  return name ?? `connection ${connectionId}`
}

/** For people: `waits for alice: row t(1)`. */
export function describeWait({ blockers, candidates, target, kind }: Wait): string {
  const what = target ?? (kind === 'unknown' ? 'something not known' : kind.replaceAll('-', ' '))
  if (blockers.length > 0) return `waits for ${blockers.map(nameOf).join(', ')}: ${what}`
  const perhaps = candidates.length === 0 ? '' : ` (perhaps ${candidates.map(nameOf).join(', ')})`
  return `waits for somebody not known${perhaps}: ${what}`
}
