import type * as FastCheck from 'fast-check'
import { ConfigError } from '../errors/config-error.ts'
import { StateError } from '../errors/state-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { walkCommands, type Walk } from './explore-commands.ts'
import { ExplorationGraph, type ExplorationModel } from './explore-model.ts'
import type { Machine } from './machine.ts'
import { SteppedRun, type RunOf } from './stepped-run.ts'

export interface ExploreWalksOptions<S extends string, Carried extends object, Data = Map<string, unknown>> {
  /** Runs the machine that it is given: `(steered) => machine.run(steered)`. */
  readonly run: RunOf<S, Carried>
  readonly model?: ExplorationModel<Data>
  /** Called before each walk, those that shrink a failing one included: puts back what walks change. */
  readonly before?: () => Promise<unknown>
  /** How many walks; 20 when not given. */
  readonly walks?: number
  /** The most transitions in one walk; 10 when not given. */
  readonly length?: number
  /** Makes the walks the same in every run; a failure names the one that it was found with. */
  readonly seed?: number
}

/** What random walks have seen. */
export interface ExploredWalks {
  readonly seed: number
  readonly walks: number
  /** How many transitions were made, all walks together. */
  readonly steps: number
  /** How often each transition was made, by `from → to`; 0 for those that no walk made. */
  readonly transitions: ReadonlyMap<string, number>
}

/**
 * Runs a machine along random walks through the transitions that its guards leave open. A walk that fails is cut down to
 * a shortest one that still fails, and the error names what replays it. Needs `fast-check`, whose model commands the
 * walks are: https://fast-check.dev/docs/advanced/model-based-testing/
 *
 * @throws StateError `STATE_WALK_FAILED`, whose `cause` is what the shortest walk failed with; `STATE_NOT_EXPLORABLE`
 */
export async function exploreWalks<S extends string, Carried extends object, Data = Map<string, unknown>>(
  machine: Machine<S, Carried>,
  options: ExploreWalksOptions<S, Carried, Data>,
): Promise<ExploredWalks> {
  const { run, before, walks = 20, length = 10, seed } = options
  for (const [name, value] of Object.entries({ walks, length })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError('CONFIG_EXPLORATION', `${name} is ${value}; it must be a whole number from 1 on`)
    }
  }
  const graph = new ExplorationGraph(machine.plan, options.model as ExplorationModel<never> | undefined)
  const { asyncModelRun, asyncProperty, check, commands, constant } = await fastCheck()
  const drawn = walkCommands(graph, length).map((command) => constant(command))
  const transitions = new Map(graph.transitions.map(([from, to]) => [`${from} → ${to}`, 0]))
  let failed: { readonly path: readonly string[]; readonly error: unknown } | undefined
  let steps = 0
  const property = asyncProperty(commands(drawn, drawing(drawn.length, length)), async (chosen) => {
    const walk: Walk = { place: graph.start, path: [graph.start.state], transitions }
    try {
      await before?.()
      const real = await SteppedRun.begin(machine, run)
      try {
        await asyncModelRun(() => ({ model: walk, real }), chosen)
      } finally {
        steps += walk.path.length - 1
        await real.finish()
      }
    } catch (error) {
      // fast-check goes on from each failure to shorter ones, so the last is the shortest.
      failed = { path: walk.path, error }
      throw error
    }
  })
  const details = await check(property, { numRuns: walks, ...(seed === undefined ? {} : { seed }) })
  if (failed !== undefined) throw walkFailed(failed.path, failed.error, details.seed)
  return { seed: details.seed, walks: details.numRuns, steps, transitions }
}

/** Most commands are closed in most states, and are passed over: so many more than are to be taken have to be drawn. */
function drawing(commands: number, length: number): { readonly maxCommands: number; readonly size: 'max' } {
  return { maxCommands: length * commands * 2, size: 'max' }
}

function walkFailed(path: readonly string[], error: unknown, seed: number): StateError {
  const states = path.map((state) => `'${state}'`).join(', ')
  return new StateError(
    'STATE_WALK_FAILED',
    `a random walk failed; the shortest that fails: ${path.join(' → ')}\n  ${messageOf(error).split('\n').join('\n  ')}`,
    {
      cause: error,
      remedy: `Replay it: followPath(machine, [${states}])\nAll walks again: seed: ${seed}`,
      context: { seed, path: path.join(' → ') },
    },
  )
}

async function fastCheck(): Promise<typeof FastCheck> {
  try {
    return await import('fast-check')
  } catch (error) {
    throw new ConfigError(
      'CONFIG_FAST_CHECK_MISSING',
      'random walks need the package fast-check, which cannot be loaded',
      {
        cause: error,
        remedy: 'npm install --save-dev fast-check',
      },
    )
  }
}
