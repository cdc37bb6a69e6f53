import type { Clock } from '../clock/clock.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import type { Session } from '../connections/session.ts'
import type { Machine } from '../state-machine/machine.ts'
import type { MachineRun } from '../state-machine/machine-run.ts'
import type { Activity } from './activity.ts'
import type { Coordinated } from './coordinated.ts'
import type { CoordinationLimits } from './coordination-limits.ts'
import type { CoordinationEvents } from './coordination-events.ts'
import type { Mailbox } from './mailbox.ts'
import type { Requirement } from './task-outcome.ts'
import type { SharedState } from './shared-state.ts'

/** A session that a connection of a run needs. */
export interface SessionRequest {
  readonly name: string
  readonly endpoint: Endpoint
  readonly database: string | undefined
  /** Ends connecting, and nothing after that. */
  readonly signal: AbortSignal
  /** Whoever asks tries again by itself: one attempt is enough. */
  readonly once: boolean
}

/** What a machine of a run works with. `runWorkflow` takes it as its options. */
export interface MachineRequest {
  readonly endpoint: Endpoint
  readonly database?: string
  /** The connection's session; absent when the machine is to connect by itself. */
  readonly session?: Session
  readonly connect: (request: {
    readonly name: string
    readonly database: string | undefined
    readonly signal: AbortSignal
  }) => Promise<Session>
  readonly signal: AbortSignal
}

export interface CoordinatorOptions extends Partial<CoordinationLimits> {
  /** Where connections go that name no endpoint of their own. */
  readonly endpoint: Endpoint
  readonly database?: string
  /** The engine's `openSession` when not given. */
  readonly openSession?: (request: SessionRequest) => Promise<Session>
  /**
   * Runs a machine that a task returns; give `runWorkflow` for machines of `StateMachine` and `DynamicStateMachine`. When
   * not given, the context of its states is `session`, `endpoint` and `database`.
   */
  readonly runMachine?: (machine: Machine, request: MachineRequest) => Promise<MachineRun>
  /** Says which statements wait for which sessions, for the message of a wait that ran out of time while some were under way. */
  readonly whoWaits?: () => Promise<string>
  /** Awaited before tasks with statements under way are told to end, as one has failed: the last chance to look at them. */
  readonly beforeEnding?: () => Promise<unknown>
  /** Sees every run as it begins. */
  readonly onRun?: (run: Coordinated<object>) => void
  /** Told of what tasks wait for, send and report, when it happens or has ended. */
  readonly onActivity?: (activity: Activity) => void
  /** Cancels every run. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/** What one connection has of its own. */
export interface ConnectionOptions {
  readonly endpoint?: Endpoint
  readonly database?: string
  /** Whether a session is opened before the task begins; false for a machine that connects by itself. */
  readonly connect?: boolean
}

export interface CoordinatedRunOptions<
  T extends object,
  M extends object,
  E extends object,
  Required extends Requirement,
> extends Pick<ConnectionOptions, 'connect'> {
  /** The value that all share. */
  readonly shared?: SharedState<T>
  readonly mailbox?: Mailbox<M>
  /** Events of the tasks' own. */
  readonly events?: CoordinationEvents<E>
  /** Milliseconds that each wait may take where it says nothing itself. */
  readonly timeout?: number
  /** How many tasks must end well: `all` when not given. As soon as that can't be met any more, the others are told to end. */
  readonly require?: Required
  /** What some connections have of their own, by their names. */
  readonly connections?: Readonly<Record<string, ConnectionOptions>>
  /** Cancels this run. */
  readonly signal?: AbortSignal
}
