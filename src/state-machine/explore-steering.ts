import { StateError } from '../errors/state-error.ts'
import { guardedChoice } from './guards.ts'
import type { HandlerContext, MachineHandler, MachinePlan } from './machine.ts'
import { undeclared } from './state-errors.ts'
import type { Awaitable } from './state-context.ts'

/** Says where to go from a state whose work is done; undefined ends the run there. */
export type Steer = (state: string) => Awaitable<string | undefined>

/**
 * A plan whose handlers do their work and then go where they are steered to. Declarations and guards hold as ever, and
 * a handler that chooses a state by itself must choose the one that it is steered to.
 */
export function steeredPlan(plan: MachinePlan, steer: Steer): MachinePlan {
  const isEnd = (state: string): boolean => state === plan.completed || state === plan.error
  const handlers = [...plan.handlers].map(([state, handler]): [string, MachineHandler] =>
    isEnd(state) ? [state, handler] : [state, steeredHandler(state, handler, plan, steer)],
  )
  return { ...plan, handlers: new Map(handlers) }
}

function steeredHandler(state: string, handler: MachineHandler, plan: MachinePlan, steer: Steer): MachineHandler {
  const follow = async (chosen: string | void, { data }: HandlerContext): Promise<string> => {
    const next = await steer(state)
    // To stop is no transition of the machine, so nothing has to allow it.
    if (next === undefined) return plan.completed
    if (handler.to?.includes(next) === false) throw undeclared(state, next, handler, plan)
    guardedChoice(state, next, handler, data)
    if (chosen !== undefined && chosen !== next) throw deviated(state, next, chosen)
    return next
  }
  const { enter } = handler
  return {
    ...handler,
    to: undefined,
    guards: undefined,
    enter:
      enter &&
      (async (context) => {
        const chosen = await enter(context)
        return chosen === undefined || chosen === state ? chosen : follow(chosen, context)
      }),
    execute: async (context) => follow(await handler.execute?.(context), context),
  }
}

function deviated(state: string, next: string, chosen: string): StateError {
  return new StateError(
    'STATE_DEVIATED',
    `the path leads from '${state}' to '${next}', but its handler went to '${chosen}'`,
    {
      remedy:
        'Let the guards choose (return no state), or bring guards and model in line with what the handler chooses by.',
      context: { state, next, chosen },
    },
  )
}
