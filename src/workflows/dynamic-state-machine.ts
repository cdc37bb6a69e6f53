import { DynamicMachine, type DynamicHandler, type GuardedHandler } from '../state-machine/dynamic-machine.ts'
import type { DynamicStateContext, WorkflowContext } from './workflow-context.ts'

/** A state of a dynamic machine: its name. */
export type DynamicState<Name extends string = string> = Name

/** What happens in a state of a `DynamicStateMachine`, and where it may go. */
export interface DynamicStateHandler<To extends string = string, Local = unknown> extends DynamicHandler<
  To,
  DynamicStateContext<Local>,
  Local
> {}

/** One whose guards choose: where it returns no state, the first of `to` that is open is gone to. */
export interface GuardedStateHandler<To extends string = string, Local = unknown> extends GuardedHandler<
  To,
  DynamicStateContext<Local>,
  Local
> {}

/** A machine whose states are strings, registered one by one; transitions are checked when they are made. */
export class DynamicStateMachine<S extends string = never> extends DynamicMachine<S, WorkflowContext> {
  /** @throws StateError when the state has a handler already. */
  override register<N extends string, const To extends string, Local = unknown>(
    state: N,
    handler: DynamicStateHandler<To, Local> | GuardedStateHandler<To, Local>,
  ): DynamicStateMachine<S | N | To> {
    super.register(state, handler)
    return this as unknown as DynamicStateMachine<S | N | To>
  }
}
