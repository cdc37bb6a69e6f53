import { TypedMachine, type TypedEnd, type TypedHandler } from '../state-machine/typed-machine.ts'
import type { Awaitable } from '../state-machine/state-context.ts'
import type { State } from './state.ts'
import type { StateContext, WorkflowContext } from './workflow-context.ts'

/** What happens in a state of a `StateMachine`. `exit` runs even when `enter` or `execute` fails. */
export interface StateHandler<S extends string = State, Local = unknown> extends TypedHandler<S, StateContext<Local>> {
  /** Made anew in each run; no other handler sees it. */
  readonly local?: () => Local
  enter?(context: StateContext<Local>): Awaitable<S | void | undefined>
  execute(context: StateContext<Local>): Awaitable<S>
  exit?(context: StateContext<Local>): Awaitable<void>
}

/** Types a handler that stands by itself, with its `local`. */
export function defineHandler<S extends string, Local>(handler: StateHandler<S, Local>): StateHandler<S, Local> {
  return handler
}

/** States that end a typed machine; they need no handler. */
export type End = TypedEnd

/**
 * A machine whose states are the keys of an object, the first of them its initial state.
 *
 * `new StateMachine({ initial: () => 'loading', loading: async ({ session }) => { …; return State.Completed } })`
 */
export class StateMachine<
  S extends string = State,
  Data = undefined,
  const Returned extends string = S | End,
> extends TypedMachine<S, WorkflowContext, Data, Returned> {}
