import { systemClock } from '../clock/system-clock.ts'
import type { Session } from '../connections/session.ts'
import { StatementError } from '../errors/statement-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { ddlJobs, type DdlJob } from './ddl-jobs.ts'
import { heldKeys, userLockHolder, type HeldKey } from './held-keys.ts'
import { lockWaits, type LockWait } from './lock-waits.ts'
import { metadataWaits, type MetadataWait } from './metadata-waits.ts'
import { Patience } from './patience.ts'
import { processes, statementMemory, type Process } from './processes.ts'
import { ask, type Question } from './question.ts'
import { openTransactions, type OpenTransaction } from './transactions.ts'

/** What the server's views showed at one moment. */
export interface Glance {
  readonly transactions: readonly OpenTransaction[]
  readonly jobs: readonly DdlJob[]
  readonly metadataWaits: readonly MetadataWait[]
  /** Who holds the locks that were asked for: start timestamps by their names. */
  readonly userLocks: ReadonlyMap<string, bigint>
}

/** Who holds what others want, and who was there still when that was known. */
export interface Evidence {
  readonly lockWaits: readonly LockWait[]
  /** One list for each list of queries. */
  readonly held: readonly (readonly HeldKey[])[]
  readonly transactions: readonly OpenTransaction[]
  /** Bytes that statements take, by their connections; only of those that were asked for. */
  readonly memory: ReadonlyMap<number, number>
}

const MVCC = 'TIDB_MVCC_INFO'

/** Looks at the server through one session, and remembers which views may not be looked at. */
export class ServerView {
  /** How long a wait must be seen before it is believed without evidence. */
  readonly patience = new Patience()
  readonly session: Session
  readonly #unavailable = new Map<string, string>()
  #everyServer = false

  private constructor(session: Session) {
    this.session = session
  }

  static async over(session: Session): Promise<ServerView> {
    const view = new ServerView(session)
    await view.#findOut()
    return view
  }

  /** What could not be asked, each with the reason. */
  get unavailable(): readonly string[] {
    return [...this.#unavailable].map(([view, reason]) => `${view}: ${reason}`)
  }

  /** Whether everybody's transactions are seen, on every server. */
  get seesEverybody(): boolean {
    // data_lock_waits needs PROCESS, and so do other users' transactions.
    return ['data_lock_waits', 'tidb_trx', 'cluster_tidb_trx'].every((view) => this.#mayAsk(view))
  }

  /** Whether a schema change is seen to wait for a metadata lock. */
  get seesMetadataLocks(): boolean {
    return ['tidb_ddl_job', 'tidb_mdl_info'].every((view) => this.#mayAsk(view))
  }

  get seesLockWaits(): boolean {
    return this.#mayAsk('data_lock_waits')
  }

  get seesUserLocks(): boolean {
    return this.#mayAsk(MVCC)
  }

  /** The quick look. `ddl`: schema changes are looked at too. */
  async glance({ ddl, userLocks }: { ddl: boolean; userLocks: readonly string[] }): Promise<Glance> {
    const begun = systemClock.now()
    const names = this.#mayAsk(MVCC) ? userLocks : []
    const [transactions, jobs, metadata, ...holders] = await ask<
      [readonly OpenTransaction[], readonly DdlJob[], readonly MetadataWait[], ...(bigint | undefined)[]]
    >(this.session, [
      this.#mayAsk('tidb_trx') ? openTransactions(this.#everyServer) : NOTHING,
      ddl && this.#mayAsk('tidb_ddl_job') ? ddlJobs : NOTHING,
      ddl && this.#mayAsk('tidb_mdl_info') ? metadataWaits(this.#everyServer, this.#mayAsk(MVCC)) : NOTHING,
      ...names.map(userLockHolder),
    ])
    this.patience.looked(systemClock.now() - begun)
    const held = names.flatMap((name, index) => {
      const holder = holders[index]
      return holder === undefined ? [] : [[name, holder] as const]
    })
    return { transactions, jobs, metadataWaits: metadata, userLocks: new Map(held) }
  }

  async processes(): Promise<readonly Process[]> {
    const [list] = await ask<[readonly Process[]]>(this.session, [processes(this.#everyServer)])
    return list
  }

  /** Looks for the holders of keys, by the queries of several statements, and for how large those of `connections` are. */
  async evidence(queries: readonly (readonly string[])[], connections: readonly number[]): Promise<Evidence> {
    const asked = queries.map((list) => (list.length === 0 || !this.#mayAsk(MVCC) ? NOTHING : heldKeys(list)))
    try {
      return await this.#evidence(asked, connections)
    } catch (error) {
      if (!(error instanceof StatementError) || error.errno === 0) throw error
      // One statement's queries must not cost the others their evidence, and a table may be gone by now.
      const held = await Promise.all(asked.map((question) => this.#tryMvcc(question)))
      return { ...(await this.#evidence([], connections)), held }
    }
  }

  async #evidence(asked: readonly Question<readonly HeldKey[]>[], connections: readonly number[]): Promise<Evidence> {
    const answers = await ask<readonly unknown[]>(this.session, [
      this.#mayAsk('data_lock_waits') ? lockWaits : NOTHING,
      connections.length === 0 ? NO_MEMORY : statementMemory(connections, this.#everyServer),
      ...asked,
      // Last: whoever was seen above to hold or to wait must be there still.
      this.#mayAsk('tidb_trx') ? openTransactions(this.#everyServer) : NOTHING,
    ])
    return {
      lockWaits: answers[0] as readonly LockWait[],
      memory: answers[1] as ReadonlyMap<number, number>,
      held: answers.slice(2, -1) as (readonly HeldKey[])[],
      transactions: answers.at(-1) as readonly OpenTransaction[],
    }
  }

  async #tryMvcc(question: Question<readonly HeldKey[]>): Promise<readonly HeldKey[]> {
    try {
      const [held] = await ask<[readonly HeldKey[]]>(this.session, [question])
      return held
    } catch (error) {
      if (!(error instanceof StatementError) || error.errno === 0) throw error
      if (LASTING.has(error.errno)) this.#unavailable.set(MVCC, reasonOf(error))
      return []
    }
  }

  #mayAsk(view: string): boolean {
    return !this.#unavailable.has(view)
  }

  /** Which views may be asked: all at once, and each on its own when one is refused. */
  async #findOut(): Promise<void> {
    const asked = [
      ['data_lock_waits', lockWaits],
      ['tidb_trx', openTransactions(false)],
      ['tidb_ddl_job', ddlJobs],
      [MVCC, userLockHolder('')],
      ['tidb_mdl_info', metadataWaits(false, true)],
      ['tidb_servers_info', serverCount],
    ] as const satisfies readonly (readonly [string, Question<unknown>])[]
    const questions = asked.map(([, question]) => question)
    const all = await this.#try('all of them', { sql: questions.map(({ sql }) => sql).join(';'), read: () => true })
    this.#unavailable.clear()
    if (all === undefined) {
      for (const [view, question] of asked) await this.#try<unknown>(view, question)
      if (!this.#mayAsk(MVCC)) {
        this.#unavailable.delete('tidb_mdl_info')
        await this.#try('tidb_mdl_info', metadataWaits(false, false))
      }
    }
    if (!this.#mayAsk('tidb_servers_info')) return
    const [servers] = await ask<[number]>(this.session, [serverCount])
    if (servers > 1) this.#everyServer = (await this.#try('cluster_tidb_trx', openTransactions(true))) !== undefined
  }

  async #try<Answer>(view: string, question: Question<Answer>): Promise<Answer | undefined> {
    try {
      const [answer] = await ask<[Answer]>(this.session, [question])
      return answer
    } catch (error) {
      if (!(error instanceof StatementError) || error.errno === 0) throw error
      this.#unavailable.set(view, reasonOf(error))
      return undefined
    }
  }
}

const NO_MEMORY: Question<ReadonlyMap<number, number>> = { sql: '', read: () => new Map() }

const serverCount: Question<number> = {
  sql: 'SELECT COUNT(*) AS servers FROM information_schema.tidb_servers_info',
  read: ([row]) => Number(row?.['servers'] ?? 1),
}

const NOTHING: Question<readonly never[]> = { sql: '', read: () => [] }

/** No such function, no such privilege, an unknown function of the parser's. */
const LASTING: ReadonlySet<number> = new Set([1305, 1227, 1064])

function reasonOf(error: StatementError): string {
  return messageOf(error).split('\n')[0] ?? ''
}
