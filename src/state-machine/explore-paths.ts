import { StateError } from '../errors/state-error.ts'
import { dataKey } from './explore-data-key.ts'
import { ExplorationGraph, type ExplorationModel, type Place } from './explore-model.ts'
import type { Machine } from './machine.ts'

/** A way through a machine, from its initial state to an end. */
export interface ExploredPath<S extends string = string> {
  /** `a → b → completed`: a name for its test. */
  readonly name: string
  readonly states: readonly S[]
}

export interface ExplorePathsOptions<Data = Map<string, unknown>> {
  readonly model?: ExplorationModel<Data>
  /** How many pairs of state and data are looked at before the data is taken to grow without end; 10,000 when not given. */
  readonly maxPlaces?: number
}

interface Found {
  readonly place: Place
  readonly from: Step | undefined
  readonly steps: Step[]
  /** Steps to the nearest end; Infinity when there is none. */
  toEnd: number
}

interface Step {
  readonly from: Found
  readonly to: Found
}

/**
 * Paths that together visit every state and make every transition that the machine declares, each by the shortest way
 * that the guards leave open. Nothing is run: guards see what `model` says the states do to the data.
 *
 * @throws StateError `STATE_UNREACHABLE` when guards leave no way to some transition, `STATE_NO_END` when none leads from
 * one to an end, `STATE_EXPLORATION_LIMIT`, `STATE_NOT_EXPLORABLE`
 */
export function explorePaths<S extends string, Carried extends object, Data = Map<string, unknown>>(
  machine: Machine<S, Carried>,
  { model, maxPlaces = 10_000 }: ExplorePathsOptions<Data> = {},
): readonly ExploredPath<S>[] {
  const graph = new ExplorationGraph(machine.plan, model as ExplorationModel<never> | undefined)
  const found = findAll(graph, maxPlaces)
  measureEnds(graph, found)
  const steps = firstSteps(found)
  assertReachable(graph, steps)
  const paths: (readonly Step[])[] = []
  const covered = new Set<string>()
  // The deepest first: the way to it covers what lies before it.
  for (const [name, step] of [...steps].toReversed()) {
    if (covered.has(name)) continue
    const path = pathThrough(step, graph)
    for (const each of path) covered.add(nameOf(each))
    paths.push(path)
  }
  return needed(paths.toReversed()).map((path) => {
    const states = [graph.start.state, ...path.map((step) => step.to.place.state)] as S[]
    return { name: states.join(' → '), states }
  })
}

/** Breadth first, so that the first way to a place is a shortest one. */
function findAll(graph: ExplorationGraph, maxPlaces: number): readonly Found[] {
  const start: Found = { place: graph.start, from: undefined, steps: [], toEnd: Infinity }
  const keyOf = ({ state, data }: Place): string => (graph.isEnd(state) ? state : `${state} ${dataKey(data)}`)
  const known = new Map([[keyOf(start.place), start]])
  const found = [start]
  for (let index = 0; index < found.length; index++) {
    const from = found[index] as Found
    for (const next of graph.open(from.place)) {
      const place = graph.visit(from.place, next)
      const key = keyOf(place)
      let to = known.get(key)
      if (to === undefined) {
        to = { place, from: undefined, steps: [], toEnd: Infinity }
        Object.assign(to, { from: { from, to } })
        known.set(key, to)
        found.push(to)
        if (found.length > maxPlaces) throw tooMany(maxPlaces, place)
      }
      from.steps.push({ from, to })
    }
  }
  return found
}

function measureEnds(graph: ExplorationGraph, found: readonly Found[]): void {
  const before = new Map<Found, Found[]>()
  for (const { steps } of found) for (const { from, to } of steps) before.set(to, [...(before.get(to) ?? []), from])
  const ends = found.filter(({ place }) => graph.isEnd(place.state))
  for (const end of ends) end.toEnd = 0
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index] as Found
    for (const from of before.get(end) ?? []) {
      if (from.toEnd <= end.toEnd + 1) continue
      from.toEnd = end.toEnd + 1
      ends.push(from)
    }
  }
}

/** For each transition the step by which it is made first; of places where it is made, one that leads to an end. */
function firstSteps(found: readonly Found[]): ReadonlyMap<string, Step> {
  const steps = new Map<string, Step>()
  for (const step of found.flatMap((each) => each.steps)) {
    const name = nameOf(step)
    const known = steps.get(name)
    if (known === undefined || (known.to.toEnd === Infinity && step.to.toEnd < Infinity)) steps.set(name, step)
  }
  return steps
}

function assertReachable(graph: ExplorationGraph, steps: ReadonlyMap<string, Step>): void {
  const missing = graph.transitions.map(([from, to]) => `${from} → ${to}`).filter((name) => !steps.has(name))
  if (missing.length === 0) return
  throw new StateError('STATE_UNREACHABLE', `no path makes the transition${plural(missing)} ${missing.join(', ')}`, {
    remedy: 'Guards close every way to it. Does `model` say what the states before it do to the data?',
  })
}

/** The shortest way to a step, the step, and the shortest way from it to an end. */
function pathThrough(step: Step, graph: ExplorationGraph): readonly Step[] {
  const path = [step]
  for (let before = step.from.from; before !== undefined; before = before.from.from) path.unshift(before)
  let place = step.to
  while (place.toEnd > 0) {
    const next = place.steps.find(({ to }) => to.toEnd < place.toEnd)
    if (next === undefined) throw noEnd(place.place.state, graph.plan.completed)
    path.push(next)
    place = next.to
  }
  return path
}

/** Paths that make a transition which no other one makes. */
function needed(paths: readonly (readonly Step[])[]): readonly (readonly Step[])[] {
  const kept = [...paths]
  for (const path of paths) {
    const others = new Set(kept.filter((other) => other !== path).flatMap((other) => other.map(nameOf)))
    if (path.every((step) => others.has(nameOf(step)))) kept.splice(kept.indexOf(path), 1)
  }
  return kept
}

function nameOf({ from, to }: Step): string {
  return `${from.place.state} → ${to.place.state}`
}

function plural(names: readonly string[]): string {
  return names.length === 1 ? '' : 's'
}

function tooMany(maxPlaces: number, { state, data }: Place): StateError {
  return new StateError(
    'STATE_EXPLORATION_LIMIT',
    `there are more than ${maxPlaces} pairs of state and data; one is '${state}' with ${dataKey(data)}`,
    {
      remedy: 'Keep in the model only what guards look at, and bounded (up to three rows, say), or raise `maxPlaces`.',
    },
  )
}

function noEnd(state: string, completed: string): StateError {
  return new StateError('STATE_NO_END', `no path leads from state '${state}' to an end`, {
    remedy: `Add '${completed}' to \`to\` of a state that can be reached from it.`,
    context: { state },
  })
}
