import { overlap, type DdlJob } from './ddl-jobs.ts'
import type { HeldKey } from './held-keys.ts'
import type { KnownSessions } from './known-sessions.ts'
import { keyEvidence, type ObservedStatement } from './key-evidence.ts'
import { describeTarget } from './locked-key.ts'
import { FEWEST_LOOKS } from './patience.ts'
import type { MetadataWait } from './metadata-waits.ts'
import { Persistence } from './persistence.ts'
import type { Evidence, Glance, ServerView } from './server-view.ts'
import { isEnding, type OpenTransaction } from './transactions.ts'
import { wantedUserLock } from './user-lock-call.ts'
import type { Blocker, Wait, WaitEvidence, WaitKind, WaitTarget } from './wait.ts'
import type { KeyQueries } from './wanted-keys.ts'

const SCHEMA_CHANGE = /^\s*(?:\/\*[^]*?\*\/\s*)*(?:alter|create|drop|rename|truncate|recover|flashback|call|execute)\b/i
/** A queued schema change, and a lock by name, is blocked when the same holder was seen over so many milliseconds. */
const SETTLED_MS = 15
/**
 * A schema change has its metadata lock at the latest after so many milliseconds, if nobody is in its way: 193 were seen on
 * a busy machine.
 */
const UNOPPOSED_MS = 400
/** So many times longer a lock by name must be waited for, when nobody is known to have it. */
const UNKNOWN_HOLDER = 8

/** So often rows are searched for during one wait. */
const MOST_SCANS = 3

/** Follows one statement from look to look, and says when its wait is proven. */
export class StatementJudge {
  readonly isSchemaChange: boolean
  readonly userLock: string | undefined
  readonly #statement: ObservedStatement
  readonly #view: ServerView
  readonly #sessions: KnownSessions
  readonly #lockWait = new Persistence()
  readonly #schemaWait = new Persistence()
  readonly #userLockWait = new Persistence()
  #evidence: { readonly doing: string; readonly queries: Promise<KeyQueries>; asked: number } | undefined
  #committing = false
  /** The last wait for a lock whose holders were proven, and what the statement's transaction was doing then. */
  #proven: { readonly doing: string; readonly wait: Wait } | undefined

  constructor(statement: ObservedStatement, view: ServerView, sessions: KnownSessions) {
    this.#statement = statement
    this.#view = view
    this.#sessions = sessions
    this.isSchemaChange = SCHEMA_CHANGE.test(statement.sql)
    this.userLock = wantedUserLock(statement.sql)
  }

  /** Whether the last look showed something that would be a wait, if it lasted. */
  get inDoubt(): boolean {
    return [this.#lockWait, this.#schemaWait, this.#userLockWait].some(({ lasts }) => lasts)
  }

  get connectionId(): number {
    return this.#statement.connectionId
  }

  /** Whether a wait for a lock has lasted for so many looks that it may soon be believed without evidence. */
  get waitsUnproven(): boolean {
    return this.#lockWait.looks >= FEWEST_LOOKS - 1
  }

  /** Whether the kind of wait that the statement is likely to meet may not be looked for. */
  get blind(): boolean {
    if (this.isSchemaChange && !this.#view.seesMetadataLocks) return true
    // What commits by itself waits as its commit does, which the lock view alone tells from a slow one.
    return this.#committing && !this.#view.seesLockWaits
  }

  /** What the statement's own transaction is doing, if it may be waiting for a lock. */
  suspect({ transactions }: Glance): OpenTransaction | undefined {
    const own = transactions.find(({ connectionId }) => connectionId === this.#statement.connectionId)
    this.#committing = own?.state === 'Committing'
    return own !== undefined && (own.state === 'LockWaiting' || own.state === 'Committing') ? own : undefined
  }

  /**
   * The wait that was proven before, if it goes on: it began when that one did, and nobody gives back a lock before the
   * end of the transaction that holds it.
   */
  proven(glance: Glance): Wait | undefined {
    const own = this.suspect(glance)
    if (own === undefined || this.#proven?.doing !== doing(own)) return undefined
    const { wait } = this.#proven
    const there = wait.blockers.every(({ transaction }) =>
      glance.transactions.some((other) => other.id === transaction && !isEnding(other)),
    )
    if (!there) return undefined
    const { milliseconds } = this.#lockWait.saw(doing(own))
    return { ...wait, milliseconds: own.waitingSince === undefined ? milliseconds : own.waited }
  }

  /**
   * The queries whose answers would show the holder. Those that find rows first come when the others have shown nobody,
   * and only a few times.
   */
  async queries(own: OpenTransaction): Promise<readonly string[]> {
    if (this.#evidence?.doing !== doing(own)) {
      const queries = keyEvidence(this.#view.session, this.#statement, own)
      this.#evidence = { doing: doing(own), queries, asked: 0 }
    }
    const evidence = this.#evidence
    const { named, found } = await evidence.queries
    const asked = evidence.asked++
    return (asked === 0 && named.length > 0) || asked > MOST_SCANS ? named : [...named, ...found]
  }

  /** The wait that a look proves. `held` are the locks on the keys that the statement needs. */
  judge(glance: Glance, evidence: Evidence | undefined, held: readonly HeldKey[]): Wait | undefined {
    const proven = this.proven(glance)
    if (proven !== undefined) return proven
    const own = this.suspect(glance)
    const locked = own === undefined || evidence === undefined ? undefined : this.#locked(own, evidence, held)
    if (own === undefined) this.#lockWait.saw(undefined)
    return locked ?? this.#schemaChange(glance) ?? this.#userLocked(glance)
  }

  #locked(before: OpenTransaction, evidence: Evidence, held: readonly HeldKey[]): Wait | undefined {
    const { lockWaits, transactions } = evidence
    const own = transactions.find(({ id }) => id === before.id)
    // Whatever was found is about another wait than the one that is there now.
    if (own === undefined || own.state !== before.state || own.waitingSince !== before.waitingSince) {
      this.#lockWait.saw(undefined)
      return undefined
    }
    const seen = this.#lockWait.saw(doing(own))
    const milliseconds = own.waitingSince === undefined ? seen.milliseconds : own.waited
    const listed = lockWaits.filter(({ waiting }) => waiting === own.id)
    for (const [source, keys] of [
      ['lock view', listed],
      ['MVCC', own.state === 'LockWaiting' ? held : []],
    ] as const) {
      const holders = transactions.filter(
        (other) => other.id !== own.id && !isEnding(other) && keys.some(({ holding }) => holding === other.id),
      )
      const key = keys.find(({ holding }) => holders.some(({ id }) => id === holding))?.key
      if (key !== undefined) {
        const wait = this.#wait(key.kind, key.target, source, { blockers: this.#those(holders), milliseconds })
        this.#proven = { doing: doing(own), wait }
        return wait
      }
    }
    const memory = evidence.memory.get(own.connectionId)
    if (own.state !== 'LockWaiting' || !this.#view.patience.exhausted(seen.looks, own.waited, memory)) return undefined
    return this.#believed(own, transactions, milliseconds)
  }

  /** A wait that is known by its age. */
  #believed(own: OpenTransaction, transactions: readonly OpenTransaction[], milliseconds: number): Wait | undefined {
    const holding = transactions.filter(({ id, keys }) => id !== own.id && keys > 0)
    const others = this.#those(holding)
    const { seesEverybody } = this.#view
    if (others.length === 0 && seesEverybody) return undefined
    const metOnce = holding.some(({ tables }) => tables.some((table) => own.tables.includes(table)))
    return others.length === 1 && seesEverybody && metOnce
      ? this.#wait('unknown', {}, 'only open transaction', { blockers: others, milliseconds })
      : this.#wait('unknown', {}, 'age', { candidates: others, milliseconds })
  }

  #schemaChange({ jobs, metadataWaits }: Glance): Wait | undefined {
    const { connectionId } = this.#statement
    const job = this.isSchemaChange ? jobs.find((each) => each.connectionId === connectionId) : undefined
    if (job === undefined) return this.#nothingOf(this.#schemaWait)
    const target = { database: job.database, table: job.table, job: job.id }
    const ahead = job.queued ? jobs.filter((other) => other.id < job.id && overlap(job, other)) : []
    if (ahead.length > 0) {
      const { milliseconds } = this.#schemaWait.saw(`behind ${ahead.map(({ id }) => id).join(' ')}`)
      const blockers = ahead.flatMap((other) =>
        other.connectionId === undefined ? [] : [this.#sessions.blocker(other.connectionId)],
      )
      return milliseconds < SETTLED_MS
        ? undefined
        : this.#wait('ddl-queue', target, 'DDL jobs', { blockers, milliseconds })
    }
    return this.#metadataLocked(job, metadataWaits)
  }

  #metadataLocked({ id: job, database, table }: DdlJob, metadataWaits: readonly MetadataWait[]): Wait | undefined {
    const { connectionId } = this.#statement
    const listed = metadataWaits.filter((wait) => wait.job === job && wait.connectionId !== connectionId)
    const older = listed.filter(({ younger }) => !younger)
    // Whoever has done nothing since had used the table before; who did may know the new schema.
    const silent = older.filter((wait) => this.#sessions.silentSince(wait.connectionId, connectionId))
    const { milliseconds } = this.#schemaWait.saw(listed[0] === undefined ? undefined : `${job} ${listed[0].version}`)
    const settled = milliseconds >= UNOPPOSED_MS
    const proven = silent.length > 0 ? silent : settled && listed.length === 1 ? listed : []
    if (proven.length === 0 && !(settled && listed.length > 0)) return undefined
    const those = (waits: readonly MetadataWait[]): Blocker[] =>
      waits.map((wait) => this.#sessions.blocker(wait.connectionId, wait.transaction))
    const evidence = proven.length > 0 ? 'metadata lock view' : 'age'
    const candidates = proven.length > 0 ? [] : those(listed)
    const on = { database, table, job }
    return this.#wait('metadata-lock', on, evidence, { blockers: those(proven), candidates, milliseconds })
  }

  #userLocked({ userLocks }: Glance): Wait | undefined {
    const lock = this.userLock
    if (lock !== undefined && !this.#view.seesUserLocks) return this.#unseenUserLock(lock)
    const holding = lock === undefined ? undefined : userLocks.get(lock)
    if (lock === undefined || holding === undefined) return this.#nothingOf(this.#userLockWait)
    const { milliseconds } = this.#userLockWait.saw(String(holding))
    if (milliseconds < SETTLED_MS) return undefined
    const holder = this.#sessions.userLockHolder(lock)
    const blockers = holder === undefined ? [] : [holder]
    return this.#wait('user-lock', { lock }, 'user lock', { blockers, milliseconds })
  }

  /** Where nobody says who has a lock, its age tells: GET_LOCK() does nothing that takes time, but wait. */
  #unseenUserLock(lock: string): Wait | undefined {
    const { looks, milliseconds } = this.#userLockWait.saw(lock)
    const { patience } = this.#view
    const holder = this.#sessions.userLockHolder(lock)
    if (!patience.exhausted(looks, holder === undefined ? milliseconds / UNKNOWN_HOLDER : milliseconds))
      return undefined
    return this.#wait('user-lock', { lock }, 'age', { blockers: holder === undefined ? [] : [holder], milliseconds })
  }

  #nothingOf(seen: Persistence): undefined {
    seen.saw(undefined)
  }

  #those(transactions: readonly OpenTransaction[]): Blocker[] {
    return transactions
      .filter(({ connectionId }) => !this.#sessions.isObserver(connectionId))
      .map(({ connectionId, id }) => this.#sessions.blocker(connectionId, id))
  }

  #wait(
    kind: WaitKind,
    on: WaitTarget,
    evidence: WaitEvidence,
    found: { blockers?: readonly Blocker[]; candidates?: readonly Blocker[]; milliseconds: number },
  ): Wait {
    const target = describeTarget(on)
    const { blockers = [], candidates = [], milliseconds } = found
    const { unavailable } = this.#view
    return {
      kind,
      on,
      ...(target === undefined ? {} : { target }),
      blockers,
      candidates,
      evidence,
      milliseconds,
      unavailable,
    }
  }
}

/** The same for as long as a transaction waits for the same lock. */
function doing({ id, state, waitingSince }: OpenTransaction): string {
  return `${id} ${state} ${waitingSince}`
}
