import { handlerOf, planOf, type DeclaredHandler, type MachineOptions } from './define-plan.ts'
import { toMermaid } from './mermaid.ts'
import type { Machine, MachineHandler, MachinePlan } from './machine.ts'
import type { MachineRun } from './machine-run.ts'
import type { Awaitable, StateContext } from './state-context.ts'

/** The end states of every typed machine. */
const typedEnd = { Completed: 'Completed', Error: 'Error' } as const
export type TypedEnd = (typeof typedEnd)[keyof typeof typedEnd]

/** What happens in a state. `exit` runs even when `enter` or `execute` fails. */
export interface TypedHandler<S extends string, Context> {
  /** Shown in histories and diagrams; the name of its class, or the state's, when not given. */
  readonly name?: string
  readonly displayName?: string
  /** States that it may go to, for the diagram and a check at run time; types alone say so when not given. */
  readonly to?: readonly S[]
  /** Milliseconds for one visit. */
  readonly timeout?: number
  readonly local?: () => unknown
  /** May choose the next state, which then skips `execute`. */
  enter?(context: Context): Awaitable<S | void | undefined>
  /** Chooses the next state. */
  execute(context: Context): Awaitable<S>
  exit?(context: Context): Awaitable<void>
}

/** A handler, or only its `execute`. */
export type TypedHandlerOf<S extends string, Context> = TypedHandler<S, Context> | ((context: Context) => Awaitable<S>)

/** Shows up in the compiler's message about a machine whose handlers return states that it does not have. */
export interface UnknownStates<Names extends string> {
  readonly 'a handler goes to states that the machine does not have': Names
}

/**
 * A machine whose states are the keys of an object, the first of them its initial state. `Completed` and `Error` end
 * it and need no handler; one that they have returns its own state. A transition to a state that the machine does not
 * have does not compile. (`Returned`, what the handlers return, is inferred by itself: only so does TypeScript keep the
 * literal in `async () => 'loading'`.)
 */
export class TypedMachine<
  S extends string,
  Carried extends object,
  Data = undefined,
  const Returned extends string = S | TypedEnd,
> implements Machine<S | TypedEnd, Carried> {
  readonly plan: MachinePlan
  readonly states: readonly S[]
  declare readonly carries?: (carried: Carried) => void

  /** @throws StateError when a limit is not positive, or a name can't be a state's. */
  constructor(
    states: { [K in S]: TypedHandlerOf<Returned, StateContext<Carried, unknown, Data>> } & ([Returned] extends [
      S | TypedEnd,
    ]
      ? unknown
      : UnknownStates<Exclude<Returned, S | TypedEnd>>),
    options: MachineOptions<NoInfer<S>, Data> = {},
  ) {
    this.states = Object.keys(states) as S[]
    const handlers = new Map<string, MachineHandler>()
    for (const state of this.states) handlers.set(state, handlerOf(state, states[state] as unknown as DeclaredHandler))
    this.plan = planOf({ handlers, completed: typedEnd.Completed, error: typedEnd.Error }, options, () => undefined)
  }

  get names(): readonly (S | TypedEnd)[] {
    return [...new Set([...this.states, typedEnd.Completed, typedEnd.Error])]
  }

  /** A Mermaid state diagram; with a run, the transitions that it made are drawn too. */
  toMermaid(run?: MachineRun): string {
    return toMermaid(this.plan, run)
  }
}
