import { randomUUID } from 'node:crypto'
import { escapeId } from 'mysql2'
import type { RunningBackend, RunningServer, Schema } from '../backends/backend.ts'
import { urlOf } from '../connections/endpoint.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { AdminConnection, type AdminConnecting } from './admin-connection.ts'
import type { KeptDatabase, ReturnedDatabase } from './broker-protocol.ts'
import { DatabaseRing } from './database-ring.ts'
import { keptMarkerOf, newRunId } from './database-name.ts'
import { dropDatabasesOfEndedRuns } from './ended-runs.ts'
import { endConnections } from './end-connections.ts'
import type { Lending, Lent, LentServer, ReturnReport } from './lending.ts'
import { serverDied } from './server-died.ts'
import { Recycler } from './recycler.ts'
import { RunLock } from './run-lock.ts'
import { readFeatures, type TidbFeatures } from './server-features.ts'

/** ER_NONEXISTING_GRANT and its kind for tables and roles. */
const NOTHING_TO_REVOKE: ReadonlySet<number> = new Set([1141, 1147, 3530])

/** Lends databases of one TiDB that others may use too. Touches no database but those that this run made. */
export class SharedLending implements Lending {
  readonly #server: LentServer
  /** For what tests wait for. */
  readonly #admin: AdminConnection
  /** For DDL in the background. */
  readonly #background: AdminConnection
  readonly #recycler: Recycler
  readonly #ring: DatabaseRing
  readonly #lock: RunLock
  readonly #log: (line: string) => void
  readonly #disposable: boolean
  readonly #kept: KeptDatabase[] = []
  readonly #keptNames = new Set<string>()

  private constructor(
    running: RunningServer,
    admin: AdminConnection,
    background: AdminConnection,
    lock: RunLock,
    features: TidbFeatures,
    run: string,
    schema: Schema | undefined,
    log: (line: string) => void,
    disposable: boolean,
  ) {
    this.#server = { id: randomUUID(), running, features }
    this.#admin = admin
    this.#background = background
    this.#lock = lock
    this.#log = log
    this.#disposable = disposable
    this.#recycler = new Recycler(background, run, schema)
    this.#ring = new DatabaseRing(run, this.#recycler, log, running.readyDatabases)
  }

  static async open(
    backend: RunningBackend,
    options: {
      connecting: AdminConnecting
      log: (line: string) => void
      schema: Schema | undefined
      onServer: (server: LentServer) => void
    },
  ): Promise<SharedLending> {
    const running = await backend.openServer()
    const admin = await AdminConnection.open(running.endpoint, options.connecting)
    try {
      const background = await AdminConnection.open(running.endpoint, options.connecting)
      const run = newRunId()
      const features = await readFeatures(admin)
      const lock = new RunLock(run)
      const { schema, log } = options
      const { disposable = false } = backend
      const lending = new SharedLending(running, admin, background, lock, features, run, schema, log, disposable)
      await lending.#lock.take(admin, (error) => options.log(`the lock of this run is lost: ${messageOf(error)}`))
      const dropped = await dropDatabasesOfEndedRuns(background, run)
      if (dropped.length > 0) options.log(`dropped ${dropped.length} databases of runs that had died`)
      options.onServer(lending.#server)
      return lending
    } catch (error) {
      admin.close()
      throw error
    }
  }

  serverOf(): Promise<LentServer> {
    return Promise.resolve(this.#server)
  }

  async lease(slot: number): Promise<Lent> {
    return { id: randomUUID(), database: await this.#ring.take(slot), server: this.#server }
  }

  async giveBack(lent: Lent, returned: ReturnedDatabase & { readonly abandoned?: boolean }): Promise<ReturnReport> {
    try {
      await this.#giveBack(lent.database, returned)
    } catch (error) {
      throw this.#admin.lost === undefined ? error : serverDied(undefined, error)
    }
    return { serverReplaced: false }
  }

  async #giveBack(database: string, returned: ReturnedDatabase & { readonly abandoned?: boolean }): Promise<void> {
    if (returned.outcome === 'keep') {
      await this.#keep(database, returned.test ?? 'a test')
      this.#ring.leave(database)
    } else {
      let interrupted = returned.abandoned === true
      try {
        interrupted =
          (await endConnections(this.#admin, { database, spare: [this.#background.connectionId] })) > 0 || interrupted
      } finally {
        const left = returned.outcome === 'unused' ? 'clean' : returned.outcome
        this.#ring.giveBack(database, interrupted ? 'rebuild' : left)
      }
    }
    if (returned.undo !== undefined && returned.undo.length > 0) await this.#undo(returned.undo)
    if (returned.tainted === true)
      this.#log(`a test changed ${this.#server.running.endpoint.host} in a way that can't be undone`)
  }

  endSessions(): Promise<void> {
    // Whose a connection is shows only by its database, and giving that back ends it.
    return Promise.resolve()
  }

  async stop(): Promise<KeptDatabase[]> {
    this.#lock.stopRenewing()
    try {
      await this.#ring.stop({ drop: !this.#disposable })
      if (!this.#disposable) await this.#recycler.dropTrash()
    } catch (error) {
      // The lock falls with the connection, so the next run on this server drops what is left.
      this.#log(`some databases could not be dropped: ${messageOf(error)}`)
    } finally {
      this.#background.close()
      this.#admin.close()
      await this.#server.running.stop()
    }
    return this.#kept
  }

  async #keep(database: string, test: string): Promise<void> {
    if (this.#keptNames.has(database)) return
    this.#keptNames.add(database)
    const url = urlOf(this.#server.running.endpoint, database)
    if (this.#disposable) {
      this.#kept.push({ database, test, url, howToOpen: `${url} (until its server ends)` })
      return
    }
    const marker = keptMarkerOf(database)
    await this.#admin.run(`CREATE DATABASE IF NOT EXISTS ${escapeId(marker, true)}`)
    this.#kept.push({
      database,
      test,
      url,
      howToOpen: `${url} (when done: DROP DATABASE ${database}; DROP DATABASE ${marker})`,
    })
  }

  async #undo(statements: readonly string[]): Promise<void> {
    // A policy that a table of the test still uses can't be dropped; the table goes first.
    if (statements.some((sql) => sql.startsWith('DROP PLACEMENT POLICY'))) await this.#ring.settled({ dropTrash: true })
    for (const sql of statements) {
      try {
        await this.#admin.run(sql)
      } catch (error) {
        // The test took back itself what it had granted.
        if (NOTHING_TO_REVOKE.has((error as { errno?: number }).errno ?? 0)) continue
        this.#log(`what a test did could not be undone (${sql}): ${messageOf(error)}`)
      }
    }
  }
}
