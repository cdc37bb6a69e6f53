import type { AsyncCommand } from 'fast-check'
import type { ExplorationGraph, Place } from './explore-model.ts'
import type { SteppedRun } from './stepped-run.ts'

/** Where a walk is, and how it came there. */
export interface Walk {
  place: Place
  readonly path: string[]
  /** How often each transition was made, in all walks. */
  readonly transitions: Map<string, number>
}

/**
 * Going to a state, from wherever that is open. Not one transition: what is left of a walk when a detour is taken out of
 * it must still lead on.
 */
class GoCommand implements AsyncCommand<Walk, SteppedRun> {
  readonly #graph: ExplorationGraph
  readonly #to: string
  readonly #length: number

  constructor(graph: ExplorationGraph, to: string, length: number) {
    this.#graph = graph
    this.#to = to
    this.#length = length
  }

  check({ place, path }: Readonly<Walk>): boolean {
    return path.length <= this.#length && this.#graph.open(place).includes(this.#to)
  }

  async run(walk: Walk, real: SteppedRun): Promise<void> {
    const transition = `${walk.place.state} → ${this.#to}`
    walk.place = this.#graph.visit(walk.place, this.#to)
    walk.path.push(this.#to)
    walk.transitions.set(transition, (walk.transitions.get(transition) ?? 0) + 1)
    await real.step(this.#to)
  }

  toString(): string {
    return this.#to
  }
}

/** A command for each state that can be gone to, for walks of so many at most. */
export function walkCommands(graph: ExplorationGraph, length: number): readonly AsyncCommand<Walk, SteppedRun>[] {
  const targets = new Set(graph.transitions.map(([, to]) => to))
  return [...targets].map((to) => new GoCommand(graph, to, length))
}
