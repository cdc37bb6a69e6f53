import { randomUUID } from 'node:crypto'
import type { RunningServer, ServerDeath } from '../backends/backend.ts'
import { urlOf } from '../connections/endpoint.ts'
import type { BackendError } from '../errors/backend-error.ts'
import { AdminConnection, type AdminConnecting } from './admin-connection.ts'
import type { KeptDatabase, ReturnedDatabase } from './broker-protocol.ts'
import { endConnections } from './end-connections.ts'
import { freshServer } from './fresh-server.ts'
import { withinMilliseconds } from './within.ts'
import type { LentServer } from './lending.ts'
import { serverDied } from './server-died.ts'
import type { TidbFeatures } from './server-features.ts'
import { ServerState } from './server-state.ts'

/** A connection is lost a moment before the end of the process is known. */
const DEATH_NEWS_MS = 2_000

/** A TiDB that one slot has for itself, with its store of ready databases. Each is lent once and thrown away with the server. */
export class PrivateServer implements LentServer {
  readonly id = randomUUID()
  readonly running: RunningServer
  readonly features: TidbFeatures
  readonly #admin: AdminConnection
  readonly #state: ServerState
  readonly #ready: string[]
  readonly #count: number
  /** Every database that was ever lent; what happens in them is no concern of the server's. */
  readonly #lent = new Set<string>()
  readonly #kept: { readonly database: string; readonly test: string }[] = []
  #out = 0
  #death: ServerDeath | undefined
  #retiredBecause: string | undefined
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(running: RunningServer, admin: AdminConnection, features: TidbFeatures, state: ServerState) {
    this.running = running
    this.features = features
    this.#admin = admin
    this.#state = state
    this.#ready = [...running.readyDatabases]
    this.#count = this.#ready.length
    void running.died.then((death) => {
      this.#death = death
    })
  }

  static async open(running: RunningServer, connecting: AdminConnecting): Promise<PrivateServer> {
    const admin = await AdminConnection.open(running.endpoint, connecting)
    const { features, state } = await freshServer(running, admin)
    return new PrivateServer(running, admin, features, new ServerState(admin, state))
  }

  /** False once it died, was retired or has nothing left to lend. */
  get usable(): boolean {
    return (
      this.#death === undefined &&
      this.#admin.lost === undefined &&
      this.#retiredBecause === undefined &&
      this.#ready.length > 0
    )
  }

  get retiredBecause(): string | undefined {
    return this.#retiredBecause
  }

  /** What tests left to be looked at. The data moves when the server stops, so only from then on is this final. */
  get kept(): readonly KeptDatabase[] {
    const { dataDirectory, endpoint } = this.running
    return this.#kept.map(({ database, test }) => ({
      database,
      test,
      url: urlOf(endpoint, database),
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
      howToOpen:
        dataDirectory === undefined
          ? `${urlOf(endpoint, database)} (until its server ends)`
          : `npx tidb-test open ${dataDirectory} (then database ${database})`,
    }))
  }

  /** How many databases are out. */
  get out(): number {
    return this.#out
  }

  /** Two thirds of the ready databases are gone: time to start the next server, which takes less than the rest lasts. */
  get runsLow(): boolean {
    return this.#ready.length * 3 <= this.#count
  }

  /** Waits for checks that are under way, then lends; undefined if the server is not usable any more. */
  async take(): Promise<string | undefined> {
    await this.#turn
    const database = this.usable ? this.#ready.shift() : undefined
    if (database === undefined) return undefined
    this.#lent.add(database)
    this.#out += 1
    return database
  }

  /** Ends all sessions on the server and looks at what they left. Only while nothing is lent. */
  endSessions(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#out > 0 || !this.usable) return
      const ended = await endConnections(this.#admin)
      if (ended > 0) await this.#examine(true)
    })
  }

  /**
   * Ends what is still connected to the database and compares the server with what it was. The next lease waits for this.
   *
   * @throws BackendError `BACKEND_SERVER_DIED`
   */
  giveBack(database: string, returned: ReturnedDatabase & { readonly abandoned?: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      this.#out -= 1
      if (this.#death !== undefined) throw this.#diedError()
      if (returned.outcome === 'unused' && returned.abandoned !== true) return void this.#ready.unshift(database)
      for (const sql of returned.undo ?? []) await this.#undo(sql)
      if (returned.tainted === true) this.retire('a test says so')
      // First the comparison: meanwhile connections that were just closed leave the process list, and need no waiting for.
      if (returned.abandoned !== true) await this.#examine(false)
      const ended = await endConnections(this.#admin, { database })
      const interrupted = ended > 0 || returned.abandoned === true
      if (interrupted) await this.#examine(true)
      if (returned.outcome === 'keep') this.#kept.push({ database, test: returned.test ?? 'a test' })
      if (returned.outcome === 'clean' && !interrupted) this.#ready.unshift(database)
    })
  }

  /** The state that it is compared with stays: it is in the stores. */
  async reconnect(): Promise<void> {
    await this.#inTurn(() => this.#admin.reopen())
  }

  retire(reason: string): void {
    this.#retiredBecause ??= reason
  }

  async stop(): Promise<void> {
    this.retire('the run is over')
    await this.#turn
    this.#admin.close()
    await this.running.stop({ keepData: this.#kept.length > 0 })
  }

  async #examine(interrupted: boolean): Promise<void> {
    if (this.#retiredBecause !== undefined) return
    if (interrupted && this.#out === 0 && !(await this.#state.ddlHasEnded()))
      this.retire('DDL of an ended session goes on')
    const difference = await this.#state.difference(this.#lent)
    if (difference !== undefined) this.retire(difference)
  }

  async #undo(sql: string): Promise<void> {
    try {
      await this.#admin.run(sql)
    } catch (error) {
      if (this.#admin.lost !== undefined) throw error
      // Whatever could not be undone, the comparison that follows finds.
      this.retire(`what a test did could not be undone: ${sql}`)
    }
  }

  /** One after another; a loss of the server becomes the error that says how it ended. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work).catch(async (error: unknown) => {
      if (this.#death === undefined && this.#admin.lost !== undefined) {
        await withinMilliseconds(this.running.died, DEATH_NEWS_MS)
      }
      throw this.#death === undefined && this.#admin.lost === undefined ? error : this.#diedError(error)
    })
    this.#turn = result.catch((error: unknown) => {
      this.retire(`it could not be checked: ${String(error)}`)
    })
    return result
  }

  #diedError(cause?: unknown): BackendError {
    return serverDied(this.#death, cause)
  }
}
