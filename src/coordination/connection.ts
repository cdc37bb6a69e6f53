import type { Clock } from '../clock/clock.ts'
import { closeSessions } from '../connections/close-sessions.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import type { Session } from '../connections/session.ts'
import { CoordinationError } from '../errors/coordination-error.ts'
import type { ConnectionContext } from './connection-context.ts'
import type { ConnectionRecord, ConnectionStatus } from './connection-status.ts'
import type { CoordinationLimits } from './coordination-limits.ts'
import type { CoordinationEvents } from './coordination-events.ts'
import type { MachineRequest, SessionRequest } from './coordinator-options.ts'
import type { Mailbox } from './mailbox.ts'
import type { MeetingPlaces } from './meeting-places.ts'
import { monitorSession, type Monitored, type MonitorOptions } from './monitor.ts'
import type { Party } from './party.ts'
import type { SharedState } from './shared-state.ts'
import { outsideTasks } from './task-activity.ts'

/** What a connection has in common with the others of its run. */
export interface RunParts {
  readonly names: readonly string[]
  readonly shared: SharedState
  readonly mailbox: Mailbox
  readonly events: CoordinationEvents
  readonly places: MeetingPlaces
  readonly limits: CoordinationLimits
  readonly clock: Clock
  readonly openSession: (request: SessionRequest) => Promise<Session>
  /** Aborts when the tasks are to end. */
  readonly signal: AbortSignal
}

/** One connection of a run: its sessions, its status, and what its task is given. */
export class Connection {
  readonly name: string
  readonly party: Party
  readonly #run: RunParts
  readonly #endpoint: Endpoint
  readonly #database: string | undefined
  readonly #sessions: Session[] = []
  /** Those of the connection itself: a machine closes its own. */
  readonly #owned: Session[] = []
  #status: ConnectionStatus = 'disconnected'
  #established = false

  constructor(party: Party, run: RunParts, at: { readonly endpoint: Endpoint; readonly database: string | undefined }) {
    this.name = party.name
    this.party = party
    this.#run = run
    this.#endpoint = at.endpoint
    this.#database = at.database
    party.hasStatement = () => this.#sessions.some((session) => session.busy)
    this.become('disconnected')
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  become(status: ConnectionStatus, end: Pick<ConnectionRecord, 'result' | 'error'> = {}): void {
    this.#status = status
    this.#run.shared.record(this.name, { status, since: this.#run.clock.now(), ...end })
  }

  /** @throws ConnectError */
  async open(): Promise<Session> {
    const session = await this.#connected({ database: this.#database, signal: this.#run.signal, once: false })
    this.#owned.push(session)
    return session
  }

  /** What a machine works with. */
  request(signal: AbortSignal): MachineRequest {
    const session = this.#owned.at(-1)
    return {
      endpoint: this.#endpoint,
      ...(this.#database === undefined ? {} : { database: this.#database }),
      ...(session === undefined ? {} : { session }),
      connect: async ({ database, signal: given }) => {
        const connected = await this.#connected({ database, signal: given, once: true })
        this.become('testing')
        return connected
      },
      signal,
    }
  }

  /** Ends the statement under way, and takes no other. */
  halt(): void {
    for (const session of this.#owned) void session.halt()
  }

  /** Tells that it could not be had, if it never was. */
  failed(error: unknown): void {
    if (!this.#established) this.#run.events.report(this.name, 'connectionFailed', { error })
  }

  async close(): Promise<void> {
    await closeSessions(this.#owned.splice(0))
  }

  get context(): ConnectionContext {
    const { party } = this
    const { names, shared, mailbox, events, places, signal } = this.#run
    const status = (): ConnectionStatus => this.#status
    const session = (): Session => this.#session
    return {
      name: this.name,
      index: names.indexOf(this.name),
      names,
      endpoint: this.#endpoint,
      get session() {
        return session()
      },
      get status() {
        return status()
      },
      signal,
      shared: shared.seenBy(party),
      mailbox: mailbox.seenBy(party),
      events: events.seenBy(party),
      barrier: (name, options = {}) => places.barrier(party, name, options),
      latch: (name, count) => places.latch(party, name, count),
      turn: (name, body, options = {}) => places.turn(party, name, body, options),
      monitor: (options = {}) => this.#monitor(options),
    }
  }

  get #session(): Session {
    const session = this.#sessions.at(-1)
    if (session !== undefined) return session
    throw new CoordinationError('COORDINATION_NOT_CONNECTED', `'${this.name}' has no session yet`, {
      remedy: 'With `connect: false` there is one as soon as the machine has passed the state that connects.',
      context: { connection: this.name },
    })
  }

  async #connected(wanted: Pick<SessionRequest, 'database' | 'signal' | 'once'>): Promise<Session> {
    const { openSession, events } = this.#run
    const count = this.#sessions.length
    const name = count === 0 ? this.name : `${this.name}-${count + 1}`
    this.become('connecting')
    // What the session itself keeps open is nothing that its task has under way.
    const session = await outsideTasks(() => openSession({ name, endpoint: this.#endpoint, ...wanted }))
    this.#sessions.push(session)
    this.become('connected')
    if (!this.#established) {
      this.#established = true
      events.report(this.name, 'connectionEstablished', { connectionId: session.connectionId })
      this.#tellWhenAllAreReady()
    }
    return session
  }

  #tellWhenAllAreReady(): void {
    const { events, names } = this.#run
    const established = new Set(
      events.all.filter(({ kind }) => kind === 'connectionEstablished').map(({ from }) => from),
    )
    if (established.size === names.length) events.report(this.name, 'allConnectionsReady', { connections: names })
  }

  async #monitor(options: MonitorOptions): Promise<Monitored> {
    const { clock, limits, signal, events } = this.#run
    const { duration = limits.duration, interval = limits.interval, until } = options
    const before = this.#status
    this.become('monitoring')
    try {
      const monitored = await monitorSession(this.#session, { duration, interval, until, clock, signal })
      this.become(before)
      return monitored
    } catch (error) {
      this.become('error', { error })
      if (!signal.aborted) events.report(this.name, 'connectionFailed', { error })
      throw error
    }
  }
}
