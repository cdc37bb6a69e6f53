import type { StartedStatement } from '../connections/started-statement.ts'
import { describeTarget } from './locked-key.ts'
import type { ServerView, Sighting } from './server-view.ts'
import type { OpenTransaction } from './transactions.ts'
import type { Blocker, Wait, WaitEvidence, WaitKind, WaitTarget } from './wait.ts'

const SCHEMA_CHANGE = /^\s*(?:\/\*[^]*?\*\/\s*)*(?:alter|create|drop|rename|truncate|recover|flashback|admin)\b/i
/** A wait without evidence is believed when it is so old and was seen so often. */
const BELIEVED_AFTER_MS = 50
const BELIEVED_AFTER_LOOKS = 8

/** Follows one statement from sighting to sighting. */
export class StatementJudge {
  readonly isSchemaChange: boolean
  readonly #connectionId: number
  readonly #blocker: (connectionId: number, transaction?: bigint) => Blocker
  #since: string | undefined
  #seen = 0

  constructor(statement: StartedStatement, blocker: (connectionId: number, transaction?: bigint) => Blocker) {
    this.isSchemaChange = SCHEMA_CHANGE.test(statement.sql)
    this.#connectionId = statement.session.connectionId
    this.#blocker = blocker
  }

  /** The wait that is proven by now, if there is one. */
  judge(sighting: Sighting, view: ServerView): Wait | undefined {
    const { transactions } = sighting
    if (this.isSchemaChange) return this.#metadataWait(sighting, view)
    const own = transactions.find(({ connectionId }) => connectionId === this.#connectionId)
    if (own === undefined) return undefined
    return this.#lockView(own, sighting, view) ?? this.#aged(own, sighting, view)
  }

  #lockView(own: OpenTransaction, { lockWaits, transactions }: Sighting, view: ServerView): Wait | undefined {
    const waits = lockWaits.filter(({ waiting }) => waiting === own.id)
    const holders = transactions.filter(
      ({ id, state }) => !ENDING.has(state) && waits.some(({ holding }) => holding === id),
    )
    const [wait] = waits
    if (wait === undefined || holders.length === 0) return undefined
    return this.#wait(view, wait.key.kind, wait.key.target, 'lock view', {
      blockers: holders.map(({ connectionId, id }) => this.#blocker(connectionId, id)),
      milliseconds: own.waited,
    })
  }

  #aged(own: OpenTransaction, { transactions }: Sighting, view: ServerView): Wait | undefined {
    if (own.state !== 'LockWaiting' || own.waitingSince === undefined) return undefined
    this.#seen = own.waitingSince === this.#since ? this.#seen + 1 : 1
    this.#since = own.waitingSince
    if (this.#seen < BELIEVED_AFTER_LOOKS || own.waited < BELIEVED_AFTER_MS) return undefined
    const holding = transactions.filter(({ id, keys }) => id !== own.id && keys > 0)
    const who = holding.map(({ connectionId, id }) => this.#blocker(connectionId, id))
    return who.length === 1 && view.complete
      ? this.#wait(view, 'unknown', {}, 'only open transaction', { blockers: who, milliseconds: own.waited })
      : this.#wait(view, 'unknown', {}, 'age', { candidates: who, milliseconds: own.waited })
  }

  #metadataWait({ jobs, metadataWaits }: Sighting, view: ServerView): Wait | undefined {
    const job = jobs.find(({ connectionId }) => connectionId === this.#connectionId)
    const holders = metadataWaits.filter((wait) => wait.job === job?.id && wait.connectionId !== this.#connectionId)
    const [first] = holders
    if (job === undefined || first === undefined) return undefined
    const since = `${job.id} ${first.version}`
    this.#seen = since === this.#since ? this.#seen + 1 : 1
    this.#since = since
    if (this.#seen < 3) return undefined
    const target = { database: job.database, table: job.table, job: job.id }
    return this.#wait(view, 'metadata-lock', target, 'metadata lock view', {
      blockers: holders.map(({ connectionId, transaction }) => this.#blocker(connectionId, transaction)),
      milliseconds: 0,
    })
  }

  #wait(
    view: ServerView,
    kind: WaitKind,
    on: WaitTarget,
    evidence: WaitEvidence,
    found: { blockers?: readonly Blocker[]; candidates?: readonly Blocker[]; milliseconds: number },
  ): Wait {
    const target = describeTarget(on)
    const { blockers = [], candidates = [], milliseconds } = found
    return {
      kind,
      on,
      ...(target === undefined ? {} : { target }),
      blockers,
      candidates,
      evidence,
      milliseconds,
      unavailable: view.unavailable,
    }
  }
}

/** Their locks are about to be gone. */
const ENDING: ReadonlySet<string> = new Set(['Committing', 'RollingBack'])
