import type { Session } from '../connections/session.ts'
import { StatementError } from '../errors/statement-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { lockWaits, type LockWait } from './lock-waits.ts'
import { ddlJobs, metadataWaits, type DdlJob, type MetadataWait } from './metadata-waits.ts'
import { ask, type Question } from './question.ts'
import { openTransactions, type OpenTransaction } from './transactions.ts'

/** What the server's views showed at one moment. */
export interface Sighting {
  readonly transactions: readonly OpenTransaction[]
  readonly lockWaits: readonly LockWait[]
  readonly jobs: readonly DdlJob[]
  readonly metadataWaits: readonly MetadataWait[]
}

const NOTHING: Question<readonly never[]> = { sql: 'DO 0', read: () => [] }

/** Looks at the server through one session, and remembers which views may not be looked at. */
export class ServerView {
  readonly #session: Session
  readonly #unavailable = new Map<string, string>()
  #everyServer = false

  private constructor(session: Session) {
    this.#session = session
  }

  static async over(session: Session): Promise<ServerView> {
    const view = new ServerView(session)
    await view.#findOut()
    return view
  }

  /** Views that could not be asked, each with the reason. */
  get unavailable(): readonly string[] {
    return [...this.#unavailable].map(([view, reason]) => `${view}: ${reason}`)
  }

  /** Whether transactions of everybody are seen, on every server. */
  get complete(): boolean {
    return this.#unavailable.size === 0
  }

  /** One round trip. `ddl`: schema changes are looked at too. */
  look({ ddl }: { ddl: boolean }): Promise<Sighting> {
    return this.#look(ddl)
  }

  async #look(ddl: boolean): Promise<Sighting> {
    const [waits, jobs, metadata, transactions] = await ask<
      [readonly LockWait[], readonly DdlJob[], readonly MetadataWait[], readonly OpenTransaction[]]
    >(this.#session, [
      this.#available('data_lock_waits') ? lockWaits : NOTHING,
      ddl && this.#available('tidb_ddl_job') ? ddlJobs : NOTHING,
      ddl && this.#available('tidb_mdl_info') ? metadataWaits(this.#everyServer) : NOTHING,
      // Last, so that whoever was seen to hold or to wait above is seen to be there still.
      this.#available('tidb_trx') ? openTransactions(this.#everyServer) : NOTHING,
    ])
    return { transactions, lockWaits: waits, jobs, metadataWaits: metadata }
  }

  #available(view: string): boolean {
    return !this.#unavailable.has(view)
  }

  async #findOut(): Promise<void> {
    await this.#try('data_lock_waits', lockWaits)
    await this.#try('tidb_trx', openTransactions(false))
    await this.#try('tidb_ddl_job', ddlJobs)
    await this.#try('tidb_mdl_info', metadataWaits(false))
    const servers = await this.#try('tidb_servers_info', {
      sql: 'SELECT COUNT(*) AS servers FROM information_schema.tidb_servers_info',
      read: ([row]) => Number(row?.['servers'] ?? 1),
    })
    if (servers === undefined || servers <= 1) return
    this.#everyServer = (await this.#try('cluster_tidb_trx', openTransactions(true))) !== undefined
  }

  async #try<Answer>(view: string, question: Question<Answer>): Promise<Answer | undefined> {
    try {
      const [answer] = await ask<[Answer]>(this.#session, [question])
      return answer
    } catch (error) {
      if (!(error instanceof StatementError) || error.errno === 0) throw error
      this.#unavailable.set(view, messageOf(error).split('\n')[0] ?? '')
      return undefined
    }
  }
}
