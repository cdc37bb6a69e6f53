import type { Endpoint } from '../connections/endpoint.ts'
import type { Session } from '../connections/session.ts'
import type { BarrierOptions } from './barrier.ts'
import type { ConnectionStatus } from './connection-status.ts'
import type { CoordinationEvents } from './coordination-events.ts'
import type { Latch } from './latch.ts'
import type { Mailbox } from './mailbox.ts'
import type { Monitored, MonitorOptions } from './monitor.ts'
import type { SharedState } from './shared-state.ts'
import type { TurnOptions } from './turns.ts'

/**
 * What a task of a coordinated run works with. `T` is the shared value, `M` the messages, `E` the events of its own. Every
 * wait here may be ended by its timeout (`WAIT_TIMEOUT`), by a signal or the end of the run (`WAIT_ABORTED`), and at once
 * when nobody is left who could end it (`WAIT_CANNOT_END`).
 */
export interface ConnectionContext<T extends object = object, M extends object = object, E extends object = object> {
  readonly name: string
  /** From 0 on, in the order of the tasks. */
  readonly index: number
  /** Names of all connections of the run, this one included. */
  readonly names: readonly string[]
  readonly endpoint: Endpoint
  /**
   * This connection's session; it is closed when its task has ended. Of a machine that connects by itself
   * (`connect: false`), the session that it opened last.
   *
   * @throws CoordinationError `COORDINATION_NOT_CONNECTED` as long as there is none
   */
  readonly session: Session
  readonly status: ConnectionStatus
  /** Aborts when the run is over for this task, because it was cancelled or another one's failure has decided it. */
  readonly signal: AbortSignal
  readonly shared: SharedState<T>
  readonly mailbox: Mailbox<M>
  readonly events: CoordinationEvents<E>
  /** Waits until all connections, or those of the options, have come here; then it can be used again. */
  barrier(name: string, options?: BarrierOptions): Promise<void>
  /** The latch of this name, which opens when it has been counted down `count` times, once when not given. */
  latch(name: string, count?: number): Latch
  /** Waits for this connection's turn, runs the body, and passes the turn on. */
  turn<R>(name: string, body: () => R | Promise<R>, options?: TurnOptions): Promise<R>
  /** Checks at intervals that the connection answers; its status is then `monitoring`. */
  monitor(options?: MonitorOptions): Promise<Monitored>
}
