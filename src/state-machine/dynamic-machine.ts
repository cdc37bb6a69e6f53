import { StateError } from '../errors/state-error.ts'
import { handlerOf, planOf, type DeclaredHandler, type MachineOptions } from './define-plan.ts'
import type { Machine, MachineHandler, MachinePlan } from './machine.ts'
import type { MachineRun } from './machine-run.ts'
import { toMermaid } from './mermaid.ts'
import type { Awaitable, StateContext } from './state-context.ts'

/** The end states of every dynamic machine. */
const dynamicEnd = { completed: 'completed', error: 'error' } as const
export type DynamicEnd = (typeof dynamicEnd)[keyof typeof dynamicEnd]

/** What happens in a state, and where it may go. `exit` runs even when `enter` or `execute` fails. */
export interface DynamicHandler<To extends string, Context, Local> {
  /** States that it may go to; any other is an error at run time. End states have none. */
  readonly to: readonly To[]
  /** Transitions that are open only when the shared data says so; making one that is not is an error at run time. */
  readonly guards?: Guards<NoInfer<To>>
  /** Shown in histories and diagrams; the name of its class, or the state's, when not given. */
  readonly name?: string
  /** For people; the state's identity is its name alone. */
  readonly displayName?: string
  /** Milliseconds for one visit. */
  readonly timeout?: number
  /** Made anew in each run; no other handler sees it. */
  readonly local?: () => Local
  /** May choose the next state, which then skips `execute`. */
  enter?(context: Context): Awaitable<NoInfer<To> | void>
  /** Chooses the next state. */
  execute(context: Context): Awaitable<NoInfer<To>>
  exit?(context: Context): Awaitable<void>
}

/** For each transition, by the state that it leads to, whether it is open now. A guard looks and changes nothing. */
type Guards<To extends string> = { readonly [N in To]?: (data: Map<string, unknown>) => boolean }

/** A handler whose guards choose: where it returns no state, the first of `to` that is open is gone to. */
export interface GuardedHandler<To extends string, Context, Local> extends Omit<
  DynamicHandler<To, Context, Local>,
  'execute' | 'guards'
> {
  readonly guards: Guards<NoInfer<To>>
  execute?(context: Context): Awaitable<NoInfer<To> | void>
}

/**
 * A machine whose states are strings, registered one by one, the first of them its initial state. `completed` and
 * `error` end it and need no handler. Transitions are checked when they are made.
 */
export class DynamicMachine<S extends string, Carried extends object> implements Machine<S | DynamicEnd, Carried> {
  readonly #handlers = new Map<string, MachineHandler>()
  readonly #options: MachineOptions<string, Map<string, unknown>>
  #plan: MachinePlan | undefined
  declare readonly carries?: (carried: Carried) => void

  /** @throws StateError when a limit is not positive. */
  constructor(options: MachineOptions<string, Map<string, unknown>> = {}) {
    this.#options = options
    this.#plan = planOf(this.#base, options, () => new Map())
  }

  /** States with a handler, in the order of their registration. */
  get states(): readonly S[] {
    return [...this.#handlers.keys()] as S[]
  }

  get names(): readonly (S | DynamicEnd)[] {
    return [...new Set([...this.states, dynamicEnd.completed, dynamicEnd.error])]
  }

  get plan(): MachinePlan {
    this.#plan ??= planOf(this.#base, this.#options, () => new Map())
    return this.#plan
  }

  /** @throws StateError when the state has a handler already. */
  register<N extends string, const To extends string, L = unknown>(
    state: N,
    handler:
      | DynamicHandler<To, StateContext<Carried, L, Map<string, unknown>>, L>
      | GuardedHandler<To, StateContext<Carried, L, Map<string, unknown>>, L>,
  ): DynamicMachine<S | N | To, Carried> {
    if (this.#handlers.has(state)) {
      throw new StateError('STATE_REGISTERED_TWICE', `state '${state}' has a handler already`, {
        remedy: 'A state is its name alone: give the second one another name.',
        context: { state },
      })
    }
    this.#plan = undefined
    this.#handlers.set(state, handlerOf(state, handler as DeclaredHandler))
    return this as unknown as DynamicMachine<S | N | To, Carried>
  }

  /** A Mermaid state diagram; with a run, the transitions that it made are drawn too. */
  toMermaid(run?: MachineRun): string {
    return toMermaid(this.plan, run)
  }

  get #base(): Pick<MachinePlan, 'handlers' | 'completed' | 'error'> {
    return { handlers: this.#handlers, ...dynamicEnd }
  }
}
