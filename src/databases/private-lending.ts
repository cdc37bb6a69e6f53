import { randomUUID } from 'node:crypto'
import type { RunningBackend } from '../backends/backend.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { AdminConnecting } from './admin-connection.ts'
import type { KeptDatabase, ReturnedDatabase } from './broker-protocol.ts'
import type { Lending, Lent, LentServer, ReturnReport } from './lending.ts'
import { PrivateServer } from './private-server.ts'

interface SlotServers {
  current: Promise<PrivateServer> | undefined
  /** Started ahead, so that nobody waits when the current one is used up or tainted. */
  next: Promise<PrivateServer> | undefined
}

/** A server that dies as often as this for one lease will not come up at the next try. */
const ATTEMPTS = 3

/** Gives each slot a server of its own, and the next one before that is used up. */
export class PrivateLending implements Lending {
  readonly #backend: RunningBackend
  readonly #connecting: AdminConnecting
  readonly #log: (line: string) => void
  readonly #onServer: (server: LentServer) => void
  readonly #slots = new Map<number, SlotServers>()
  readonly #open = new Set<PrivateServer>()
  #stopped = false

  constructor(
    backend: RunningBackend,
    options: {
      readonly connecting: AdminConnecting
      readonly log: (line: string) => void
      readonly onServer: (server: LentServer) => void
    },
  ) {
    this.#backend = backend
    this.#connecting = options.connecting
    this.#log = options.log
    this.#onServer = options.onServer
  }

  serverOf(slot: number): Promise<LentServer> {
    return this.#usable(slot)
  }

  async lease(slot: number): Promise<Lent> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const server = await this.#usable(slot)
      const database = await server.take()
      if (database === undefined) continue
      if (server.runsLow) this.#startNext(slot)
      return { id: randomUUID(), database, server }
    }
    throw new DatabaseError(
      'DATABASE_NONE',
      `The servers of worker slot ${slot} ended ${ATTEMPTS} times before they could lend a database.`,
      {
        remedy: 'Their logs say why; a machine that is short of memory is the usual reason.',
      },
    )
  }

  async giveBack(lent: Lent, returned: ReturnedDatabase & { readonly abandoned?: boolean }): Promise<ReturnReport> {
    const server = lent.server as PrivateServer
    const slot = await this.#slotOf(server)
    const before = server.retiredBecause
    try {
      await server.giveBack(lent.database, returned)
    } finally {
      const reason = server.retiredBecause
      if (reason !== undefined && before === undefined && !this.#stopped) {
        this.#log(`slot ${slot ?? '?'}: the server is replaced, ${reason}`)
        if (slot !== undefined) this.#startNext(slot)
      }
      this.#stopIfDone(server)
    }
    return { serverReplaced: server.retiredBecause !== undefined }
  }

  async endSessions(slot: number): Promise<void> {
    const current = await this.#slots.get(slot)?.current
    await current?.endSessions()
  }

  async stop(): Promise<KeptDatabase[]> {
    this.#stopped = true
    const pending = [...this.#slots.values()].flatMap(({ current, next }) => [current, next])
    await Promise.allSettled(pending)
    const servers = [...this.#open]
    await Promise.all(servers.map((server) => server.stop()))
    return servers.flatMap((server) => server.kept)
  }

  async #usable(slot: number): Promise<PrivateServer> {
    const servers = this.#slots.get(slot) ?? { current: undefined, next: undefined }
    this.#slots.set(slot, servers)
    const found = servers.current
    const current = await found?.catch(() => undefined)
    if (current?.usable === true) return current
    // Another lease of this slot may have replaced it while this one waited.
    if (servers.current === found) {
      servers.current = servers.next ?? this.#start()
      servers.next = undefined
      if (current !== undefined) {
        current.retire('its databases are used up')
        this.#stopIfDone(current)
      }
    }
    const chosen = servers.current as Promise<PrivateServer>
    try {
      return await chosen
    } catch (error) {
      if (servers.current === chosen) servers.current = undefined
      throw error
    }
  }

  #startNext(slot: number): void {
    const servers = this.#slots.get(slot)
    if (servers === undefined || servers.next !== undefined || this.#stopped) return
    const next = this.#start()
    servers.next = next
    next.catch((error: unknown) => {
      this.#log(`slot ${slot}: a server could not be started ahead: ${messageOf(error)}`)
      if (servers.next === next) servers.next = undefined
    })
  }

  async #start(): Promise<PrivateServer> {
    const running = await this.#backend.openServer()
    try {
      const server = await PrivateServer.open(running, this.#connecting)
      this.#open.add(server)
      this.#onServer(server)
      return server
    } catch (error) {
      await running.stop()
      throw error
    }
  }

  #stopIfDone(server: PrivateServer): void {
    // What was kept in it is to be looked at; it ends with the run.
    if (server.usable || server.out > 0 || server.kept.length > 0 || this.#stopped) return
    if (!this.#open.delete(server)) return
    server.stop().catch((error: unknown) => {
      this.#log(`a server did not stop: ${messageOf(error)}`)
    })
  }

  async #slotOf(server: PrivateServer): Promise<number | undefined> {
    for (const [slot, { current }] of this.#slots) {
      if (current !== undefined && (await current.catch(() => undefined)) === server) return slot
    }
    return undefined
  }
}
