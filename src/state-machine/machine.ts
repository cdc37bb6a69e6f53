import type { Awaitable, StateScope } from './state-context.ts'

/** A handler's context as far as the engine knows it. */
export type HandlerContext = StateScope<object>

/** Whether a transition may be made now, by what the run's `data` holds. It must change nothing. */
export type Guard = (data: unknown) => boolean

/** A handler as the engine calls it, whichever façade it was declared through. */
export interface MachineHandler {
  /** Shown in histories and diagrams. */
  readonly name: string
  readonly displayName: string | undefined
  /** States that it may go to; undefined when only types say so, and then any state of the machine will do. */
  readonly to: readonly string[] | undefined
  /** Transitions that are open only at times, by the state that they lead to; undefined when all are open always. */
  readonly guards: ReadonlyMap<string, Guard> | undefined
  /** Milliseconds; undefined when the machine's or the run's limit holds. */
  readonly timeout: number | undefined
  readonly local: (() => unknown) | undefined
  readonly enter: ((context: HandlerContext) => Awaitable<string | void>) | undefined
  /** Undefined only in end states. */
  readonly execute: ((context: HandlerContext) => Awaitable<string | void>) | undefined
  readonly exit: ((context: HandlerContext) => Awaitable<void>) | undefined
}

/** A step from one state to another. */
export interface Transition {
  readonly from: string
  readonly to: string
  /** How many states were visited before `to`. */
  readonly step: number
  /** What made the run go to its error state. */
  readonly error: unknown
}

export interface TransitionHooks {
  /** The old state has been left, the new one has not been entered. A throw fails the run. */
  readonly beforeTransition?: (transition: Transition) => Awaitable<void>
  /** The `enter` of the new state has ended well. A throw fails the run. */
  readonly afterTransition?: (transition: Transition) => Awaitable<void>
}

/** Limits in milliseconds, and hooks. What a machine states itself beats what its run states. */
export interface MachineLimits {
  /** For the whole run; no limit when not given. */
  readonly timeout?: number
  /** For one visit of a state that has no `timeout` of its own; no limit when not given. */
  readonly stateTimeout?: number
  /** For each `exit`, each cleanup and the handler of the error state, which run even when time is up; 10 seconds when not given. */
  readonly exitTimeout?: number
  /** Visits until the run is taken to be an endless loop; 1000 when not given. */
  readonly maxSteps?: number
}

/** The description that the engine runs. */
export interface MachinePlan {
  /** Undefined when no state was declared. */
  readonly initial: string | undefined
  readonly completed: string
  readonly error: string
  readonly handlers: ReadonlyMap<string, MachineHandler>
  readonly limits: MachineLimits
  readonly hooks: TransitionHooks
  readonly data: () => unknown
}

/** Anything that `runMachine` can run. `S` are its states, ends included. */
export interface Machine<S extends string = string, Carried extends object = object> {
  readonly plan: MachinePlan
  readonly names: readonly S[]
  /** Only for types: what a run must bring. */
  readonly carries?: (carried: Carried) => void
}
