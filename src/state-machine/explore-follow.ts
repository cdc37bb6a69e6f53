import { StateError } from '../errors/state-error.ts'
import { steeredPlan } from './explore-steering.ts'
import type { Machine } from './machine.ts'

/**
 * The machine, made to take a path: `machine.run(followPath(flow, ['connecting', 'filling', 'completed']))`. Its handlers
 * do their work; where they go is given. A path that stops short of an end is completed there.
 *
 * @throws StateError `STATE_PATH` when the path does not begin in the initial state, or makes a transition that is not
 * declared
 */
export function followPath<S extends string, Carried extends object>(
  machine: Machine<S, Carried>,
  path: readonly string[],
): Machine<S, Carried> {
  const { plan } = machine
  if (path[0] !== plan.initial) {
    throw new StateError('STATE_PATH', `the path begins with '${path[0]}', and the machine with '${plan.initial}'`)
  }
  for (const [index, state] of path.slice(0, -1).entries()) {
    const next = path[index + 1] ?? ''
    const to = plan.handlers.get(state)?.to
    if (to?.includes(next) !== false) continue
    throw new StateError('STATE_PATH', `the path goes from '${state}' to '${next}', which is not declared`, {
      remedy: `'${state}' may go to: ${to.map((each) => `'${each}'`).join(', ')}.`,
    })
  }
  return {
    names: machine.names,
    // Read once a run, each of which begins at the beginning.
    get plan() {
      let at = 0
      return steeredPlan(plan, () => path[++at])
    },
  }
}
