import type { Clock } from '../clock/clock.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { FaultError } from '../errors/fault-error.ts'
import type { Fault } from './fault.ts'
import type { ProxiedConnection } from './proxied-connection.ts'

/** Whom a fault concerns, and for how long. */
export interface ScopeOptions {
  /** Only connections of these sessions; every connection when not given. */
  readonly only?: SessionLike | readonly SessionLike[]
  /** Milliseconds after which the fault is over, though the body goes on. */
  readonly for?: number
}

/** A session, or whatever else knows its CONNECTION_ID(). */
export interface SessionLike {
  readonly connectionId: number
}

interface ScopePlace extends ScopeOptions {
  readonly clock: Clock
  readonly connections: ReadonlySet<ProxiedConnection>
  /** The faults in force have changed. */
  readonly changed: () => void
  readonly listen: (open: boolean) => Promise<void>
}

/** Faults that are in force while one piece of work runs. */
export class FaultScope {
  readonly #faults: readonly Fault[]
  readonly #place: ScopePlace
  readonly #only: ReadonlySet<number> | undefined
  readonly #ended = Promise.withResolvers<never>()
  readonly #undo: (() => Promise<void>)[] = []
  #inForce = false
  #undone: Promise<void> | undefined
  #unseen: FaultError | undefined

  constructor(faults: readonly Fault[], place: ScopePlace) {
    this.#faults = faults
    this.#place = place
    const only = place.only === undefined ? undefined : [place.only].flat()
    this.#only = only && new Set(only.map(({ connectionId }) => lowerHalf(connectionId)))
    // Nobody may be waiting when the test times out.
    this.#ended.promise.catch(() => undefined)
  }

  faultsOf(connection: ProxiedConnection): readonly Fault[] {
    return this.#inForce && this.#concerns(connection) ? this.#faults : []
  }

  /** A connection is logged in, or turns out to be one whose statements can't be seen. */
  sees(connection: ProxiedConnection): void {
    if (!this.#inForce || !this.#concerns(connection) || connection.obstacle === undefined) return
    const blind = this.#faults.find((fault) => fault.ofStatements)
    if (blind !== undefined) this.#unseen ??= cannotSee(blind, connection.obstacle)
  }

  /** Undoes the faults now; the scope fails with the reason. */
  end(reason: unknown): void {
    this.#ended.reject(reason)
    this.#undoEarly()
  }

  async run<R>(body: () => Promise<R>): Promise<R> {
    const timer = this.#place.for === undefined ? undefined : this.#overAfter(this.#place.for)
    let result: R
    try {
      await this.#begin()
      result = await Promise.race([body(), this.#ended.promise])
    } catch (error) {
      throw this.#unseen === undefined || error === this.#unseen ? error : because(this.#unseen, error)
    } finally {
      this.#place.clock.clearTimeout(timer)
      await this.#undoAll()
    }
    if (this.#unseen !== undefined) throw this.#unseen
    for (const fault of this.#faults)
      if (fault.mustHappen !== undefined && fault.happened === 0) throw didNotHappen(fault)
    return result
  }

  async #begin(): Promise<void> {
    if (this.#undone !== undefined) return
    this.#inForce = true
    const connections = [...this.#place.connections].filter((connection) => this.#concerns(connection))
    for (const connection of connections) this.sees(connection)
    if (this.#unseen !== undefined) throw this.#unseen
    this.#place.changed()
    for (const fault of this.#faults) {
      const undo = await fault.begin?.({ connections, listen: this.#place.listen })
      if (undo !== undefined) this.#undo.push(undo)
      // Its time was over while it came into force.
      if (this.#isUndone) return await this.#undoBegun()
    }
  }

  #undoAll(): Promise<void> {
    this.#undone ??= this.#undoEach()
    return this.#undone
  }

  /** A getter, since it changes while #begin waits. */
  get #isUndone(): boolean {
    return this.#undone !== undefined
  }

  async #undoEach(): Promise<void> {
    this.#inForce = false
    this.#place.changed()
    await this.#undoBegun()
  }

  async #undoBegun(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo()
  }

  #overAfter(milliseconds: number): unknown {
    return this.#place.clock.setTimeout(() => this.#undoEarly(), milliseconds)
  }

  /** Whoever runs the scope waits for it too, and tells of a failure. */
  #undoEarly(): void {
    this.#undoAll().catch(() => undefined)
  }

  #concerns({ connectionId }: ProxiedConnection): boolean {
    return this.#only === undefined || (connectionId !== undefined && this.#only.has(connectionId))
  }
}

/** The handshake has only the lower 32 bits. */
function lowerHalf(connectionId: number): number {
  return Number(BigInt.asUintN(32, BigInt(connectionId)))
}

function cannotSee(fault: Fault, obstacle: 'encrypted' | 'compressed'): FaultError {
  return new FaultError(
    obstacle === 'encrypted' ? 'FAULT_ENCRYPTED' : 'FAULT_COMPRESSED',
    `${fault.name} is aimed at a statement, and a connection through the proxy is ${obstacle}: its statements can't be seen`,
    {
      remedy:
        obstacle === 'encrypted'
          ? 'Connect without TLS, or use a fault of bytes: latency, bandwidth, slicing, stall, halfClose, reset, byteLimit.'
          : 'Connect without compression, or use a fault of bytes: latency, bandwidth, slicing, stall, halfClose, reset, byteLimit.',
    },
  )
}

function because(reason: FaultError, error: unknown): FaultError {
  return new FaultError(reason.code, `${reason.message}\n  The body failed: ${messageOf(error)}`, { cause: error })
}

function didNotHappen(fault: Fault): FaultError {
  return new FaultError('FAULT_DID_NOT_HAPPEN', `${fault.name} did not happen: ${fault.mustHappen}`, {
    remedy: 'Statements must go through the proxy: use sessions of the fixture `faults`, or connect to its endpoint.',
  })
}
