import { randomUUID } from 'node:crypto'
import type { RunningBackend, RunningServer } from '../backends/backend.ts'
import type { RunningCluster } from '../backends/cluster/cluster.ts'
import { controlServer } from '../backends/server-control.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { BrokerOptions } from './broker-options.ts'
import { endpointToWire, type BrokerCall, type KeptDatabase } from './broker-protocol.ts'
import type { Lending, Lent, LentServer } from './lending.ts'
import { PrivateLending } from './private-lending.ts'
import { referenceToWire } from './reference-grant.ts'
import { featuresOf, type TidbFeatures } from './server-features.ts'
import { serverDied } from './server-died.ts'
import { SharedLending } from './shared-lending.ts'

/** A connected worker and what it has. */
export interface Holder {
  readonly onDeath: (server: string, error: Error) => void
  slot: number | undefined
  pid: number | undefined
  readonly leases: Map<string, Lent>
  /** What to do when it dies, for leases that changed more than their database. */
  readonly undo: Map<string, readonly string[]>
  readonly servers: Map<string, RunningServer>
  /** Servers that it was told of. */
  readonly known: Set<string>
}

/** Answers what workers ask. Knows who holds what. */
export class BrokerCalls {
  readonly #options: BrokerOptions
  readonly #log: (line: string) => void
  readonly #holders = new Set<Holder>()
  /** Every server that was granted, by its id. */
  readonly #granted = new Map<string, LentServer>()
  #started: Promise<{ backend: RunningBackend; lending: Lending }> | undefined
  #stopped = false
  #ending = false

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#log = options.log ?? (() => undefined)
  }

  join(onDeath: Holder['onDeath']): Holder {
    const holder: Holder = {
      onDeath,
      slot: undefined,
      pid: undefined,
      leases: new Map(),
      undo: new Map(),
      servers: new Map(),
      known: new Set(),
    }
    this.#holders.add(holder)
    return holder
  }

  /** The worker has gone: its leases come back, the sessions it left are ended. Never rejects. */
  async leave(holder: Holder): Promise<void> {
    this.#holders.delete(holder)
    try {
      if (this.#ending && (await this.#started)?.backend.sharing === 'private') return
      await this.#takeBack(holder)
      const { slot } = holder
      if (slot === undefined || this.#started === undefined || this.#sharesSlot(holder)) return
      await (await this.#started).lending.endSessions(slot)
    } catch (error) {
      this.#log(`what a worker left could not be cleared: ${messageOf(error)}`)
    }
  }

  /** The run ends: servers of its own are thrown away next, so nothing in them needs to be cleared. */
  end(): void {
    this.#ending = true
  }

  warm(): void {
    if (this.#stopped) return
    this.#start()
      .then(({ lending }) => lending.serverOf(1))
      .catch((error: unknown) => this.#log(`a server could not be started ahead: ${messageOf(error)}`))
  }

  async answer(holder: Holder, call: BrokerCall): Promise<unknown> {
    if (this.#stopped)
      throw new DatabaseError('DATABASE_BROKER_STOPPED', 'The run is over; no database is lent any more.')
    if (call.method === 'acquireReference') return this.#reference()
    const { backend, lending } = await this.#start()
    switch (call.method) {
      case 'acquireServer': {
        holder.slot = call.slot
        holder.pid = call.pid
        // Vitest frees a slot without waiting for the old worker's exit: whatever that one holds is over.
        const former = [...this.#holders].filter(
          (other) => other !== holder && other.slot === call.slot && other.pid !== call.pid,
        )
        for (const other of former) await this.#takeBack(other)
        for (const other of former) other.slot = undefined
        if (!this.#sharesSlot(holder)) await lending.endSessions(call.slot)
        return this.#grant(holder, backend, await lending.serverOf(call.slot))
      }
      case 'leaseDatabase': {
        holder.slot ??= call.slot
        const lent = await lending.lease(call.slot)
        if (!this.#holders.has(holder)) {
          await lending.giveBack(lent, { outcome: 'unused' })
          throw new DatabaseError('DATABASE_WORKER_GONE', 'The worker went away while it waited for a database.')
        }
        holder.leases.set(lent.id, lent)
        return { id: lent.id, database: lent.database, server: this.#grant(holder, backend, lent.server) }
      }
      case 'returnDatabase': {
        const lent = holder.leases.get(call.lease)
        if (lent === undefined) {
          throw new DatabaseError(
            'DATABASE_NOT_LENT',
            `Lease ${call.lease} is not out: it was returned before, or belongs to another worker.`,
          )
        }
        holder.leases.delete(call.lease)
        holder.undo.delete(call.lease)
        const keep = call.returned.outcome === 'keep' && this.#options.keepDatabase === 'never'
        return await lending.giveBack(lent, keep ? { ...call.returned, outcome: 'dirty' } : call.returned)
      }
      case 'recordUndo':
        if (holder.leases.has(call.lease)) holder.undo.set(call.lease, call.undo)
        return null
      case 'openPrivateServer': {
        if (backend.sharing === 'shared') {
          throw new DatabaseError(
            'DATABASE_NO_PRIVATE_SERVER',
            `A server of its own can't be had from the ${backend.kind} backend (${backend.detail}): it has one for all.`,
            {
              remedy:
                "Use 'binary', 'embedded', or containers with TIDB_CONTAINER_PER=worker for tests of mode 'server'.",
            },
          )
        }
        const running = await backend.openServer()
        const server = { id: randomUUID(), running, features: await this.#featuresOf(running) }
        if (!this.#holders.has(holder)) {
          await running.stop()
          throw new DatabaseError('DATABASE_WORKER_GONE', 'The worker went away while it waited for a server.')
        }
        holder.servers.set(server.id, running)
        return { id: server.id, database: running.readyDatabases[0], server: this.#grant(holder, backend, server) }
      }
      case 'controlPrivateServer': {
        const control = holder.servers.get(call.server)?.control
        if (control === undefined) {
          throw new DatabaseError('DATABASE_NO_CONTROL', `The process of server ${call.server} is not this worker's.`)
        }
        await controlServer(control, call.action)
        return null
      }
      case 'closePrivateServer': {
        const running = holder.servers.get(call.server)
        holder.servers.delete(call.server)
        await running?.stop()
        this.#granted.delete(call.server)
        return null
      }
      case 'changeNode':
        return await this.#clusterOf(holder, call.server).act(call.action, call.node)
      case 'addTidb':
        return await this.#clusterOf(holder, call.server).addTidb()
      case 'endpointOfNode':
        return endpointToWire(this.#clusterOf(holder, call.server).endpointOf(call.node))
      case 'restoreCluster': {
        const cluster = this.#clusterOf(holder, call.server)
        const started = await cluster.restore()
        if (started.length > 0) await this.#granted.get(call.server)?.reconnect?.()
        return cluster.describe()
      }
    }
  }

  async #reference(): Promise<unknown> {
    const { reference, schema } = this.#options
    if (reference === undefined) {
      throw new DatabaseError('DATABASE_NO_REFERENCE', 'This run was begun without a server to compare TiDB with.')
    }
    return referenceToWire(await reference(), schema)
  }

  async stop(): Promise<KeptDatabase[]> {
    this.#stopped = true
    if (this.#started === undefined) return []
    const started = await this.#started.catch(() => undefined)
    if (started === undefined) return []
    try {
      return await started.lending.stop()
    } finally {
      await started.backend.stop()
    }
  }

  #start(): Promise<{ backend: RunningBackend; lending: Lending }> {
    if (this.#started === undefined) {
      const started = this.#open()
      this.#started = started
      started.catch(() => {
        if (this.#started === started) this.#started = undefined
      })
    }
    return this.#started
  }

  async #open(): Promise<{ backend: RunningBackend; lending: Lending }> {
    const backend = await this.#options.backend()
    const { connecting = {}, schema } = this.#options
    const watch = (server: LentServer): void => this.#watch(server)
    try {
      const lending =
        backend.sharing === 'private'
          ? new PrivateLending(backend, { connecting, log: this.#log, onServer: watch })
          : await SharedLending.open(backend, { connecting, log: this.#log, schema, onServer: watch })
      return { backend, lending }
    } catch (error) {
      await backend.stop()
      throw error
    }
  }

  #watch(server: LentServer): void {
    void server.running.died.then((death) => {
      if (this.#stopped) return
      const error = serverDied(death)
      for (const holder of this.#holders) if (holder.known.has(server.id)) holder.onDeath(server.id, error)
    })
  }

  async #takeBack(holder: Holder): Promise<void> {
    const leases = [...holder.leases.values()]
    const servers = [...holder.servers.values()]
    holder.leases.clear()
    holder.servers.clear()
    if (leases.length + servers.length === 0) return
    const { lending } = await this.#start()
    const results = await Promise.allSettled([
      ...leases.map((lent) =>
        lending.giveBack(lent, { outcome: 'dirty', abandoned: true, undo: holder.undo.get(lent.id) }),
      ),
      ...servers.map((server) => server.stop()),
    ])
    for (const result of results) {
      if (result.status === 'rejected')
        this.#log(`what a worker left could not be cleared: ${messageOf(result.reason)}`)
    }
  }

  async #featuresOf(running: RunningServer): Promise<TidbFeatures> {
    try {
      return await featuresOf(running.endpoint)
    } catch (error) {
      await running.stop()
      throw error
    }
  }

  #clusterOf(holder: Holder, server: string): RunningCluster {
    const cluster = holder.known.has(server) ? this.#granted.get(server)?.running.cluster : undefined
    if (cluster !== undefined) return cluster
    throw new DatabaseError('DATABASE_NO_CLUSTER', 'The TiDB of this worker is not part of a cluster.', {
      remedy: "Use the backend 'cluster'.",
    })
  }

  #sharesSlot(holder: Holder): boolean {
    return [...this.#holders].some((other) => other !== holder && other.slot === holder.slot)
  }

  #grant(holder: Holder, backend: RunningBackend, server: LentServer): object {
    holder.known.add(server.id)
    this.#granted.set(server.id, server)
    const { cluster } = server.running
    return {
      serverId: server.id,
      endpoint: endpointToWire(server.running.endpoint),
      backend: backend.kind,
      version: backend.version,
      store: backend.store,
      sharing: backend.sharing,
      detail: backend.detail,
      features: server.features,
      ...(cluster === undefined ? {} : { cluster: cluster.describe() }),
    }
  }
}
