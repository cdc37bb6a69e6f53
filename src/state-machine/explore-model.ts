import { StateError } from '../errors/state-error.ts'
import { openTransitions } from './guards.ts'
import type { MachineHandler, MachinePlan } from './machine.ts'

/**
 * What a visit of each state does to `data`, as far as guards look at it, and without doing the work: by state, given a
 * copy that may be changed. States that change nothing can be left out.
 */
export type ExplorationModel<Data = Map<string, unknown>> = Readonly<Record<string, ((data: Data) => void) | undefined>>

/** A place that an exploration can be in: a state that has been visited, and the data that this has led to. */
export interface Place {
  readonly state: string
  readonly data: unknown
}

/** A machine's plan with the model of its data: where one can go, with nothing run. */
export class ExplorationGraph {
  readonly plan: MachinePlan
  readonly #model: ReadonlyMap<string, (data: unknown) => void>

  /** @throws StateError `STATE_NOT_EXPLORABLE` when a state does not declare where it may go, or the model has strange ones. */
  constructor(plan: MachinePlan, model: ExplorationModel<never> = {}) {
    this.plan = plan
    if (plan.initial === undefined) throw notExplorable('the machine has no states', 'Register at least one.')
    for (const [state, { to }] of plan.handlers) {
      if (to !== undefined || this.isEnd(state)) continue
      throw notExplorable(`state '${state}' does not declare where it may go`, `Give its handler \`to\`.`)
    }
    const known = new Set([...plan.handlers.keys(), plan.completed, plan.error])
    const stray = Object.keys(model).find((state) => !known.has(state))
    if (stray !== undefined) {
      throw notExplorable(`the model has a state '${stray}' that the machine does not have`, 'Is it misspelt?')
    }
    const visits = model as ExplorationModel<unknown>
    this.#model = new Map(
      Object.entries(visits).flatMap(([state, visit]) => (visit === undefined ? [] : [[state, visit]])),
    )
  }

  get start(): Place {
    return this.#visited(this.plan.initial ?? '', this.plan.data())
  }

  isEnd(state: string): boolean {
    return state === this.plan.completed || state === this.plan.error
  }

  /** Every declared transition. */
  get transitions(): readonly (readonly [from: string, to: string])[] {
    return [...this.plan.handlers].flatMap(([from, { to = [] }]) =>
      this.isEnd(from) ? [] : to.map((next) => [from, next] as const),
    )
  }

  /** Where one can go from a place. */
  open({ state, data }: Place): readonly string[] {
    return this.isEnd(state) ? [] : openTransitions(this.#handler(state), data)
  }

  visit(from: Place, next: string): Place {
    return this.#visited(next, structuredClone(from.data))
  }

  #handler(state: string): MachineHandler {
    const handler = this.plan.handlers.get(state)
    if (handler !== undefined) return handler
    throw notExplorable(`state '${state}' has no handler, but is gone to`, `Register a handler for '${state}'.`)
  }

  #visited(state: string, data: unknown): Place {
    this.#model.get(state)?.(data)
    return { state, data }
  }
}

function notExplorable(problem: string, remedy: string): StateError {
  return new StateError('STATE_NOT_EXPLORABLE', `the machine cannot be explored: ${problem}`, { remedy })
}
