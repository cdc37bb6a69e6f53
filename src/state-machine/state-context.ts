import type { Clock } from '../clock/clock.ts'

export type Awaitable<T> = T | Promise<T>

/** What the engine itself puts into a handler's context. */
export interface StateScope<Carried extends object, Local = unknown, Data = unknown> {
  /** The state that the handler belongs to. */
  readonly state: string
  /** The state that the run came from; undefined in the first. */
  readonly previous: string | undefined
  /** Aborts when the state or the run takes too long, or the run is cancelled; its reason is a StateError. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Made by the handler's `local()`, fresh in each run; no other handler sees it. */
  local: Local
  /** Made once a run, for all handlers. */
  readonly data: Data
  /** What the run failed with, in the handler of the error state; undefined elsewhere. */
  readonly error: unknown
  /** Puts values into the context of this handler and of all that follow. */
  provide(values: Partial<Carried>): void
  /** Runs when the run has ended, however it ends; the last one registered runs first. An error in it fails the run. */
  onCleanup(cleanup: () => Awaitable<void>): void
}

/** `Carried` is what the states of a machine work on: in the toolkit, endpoint and session. */
export type StateContext<Carried extends object = object, Local = unknown, Data = unknown> = Readonly<Carried> &
  StateScope<Carried, Local, Data>
