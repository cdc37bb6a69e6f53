import { TidbTestError } from '../errors/tidb-test-error.ts'
import { seededRandom } from '../resilience/seeded-random.ts'
import { ExploredTree } from './explored-tree.ts'
import { countInterleavings, type InterleavingOptions } from './interleavings.ts'

import type { PreparedSpec, RunOptions } from './prepared-spec.ts'
import type { IsolationReport } from './report.ts'
import type { IsolationSpec } from './spec.ts'

export interface ExploreOptions extends InterleavingOptions {
  /** How many schedules are run at most: 2,000 when not given. More are refused rather than left out. */
  readonly limit?: number
}

/** How many interleavings there are, and what became of them. */
export interface InterleavingCounts {
  /** All orders of the steps in which each session's are in their order. */
  readonly total: bigint
  readonly run: number
  /** Those that can't be run, because a session is blocked where it would have to go on. */
  readonly blocked: bigint
  /** Those with more preemptions than were asked for. */
  readonly beyondPreemptions: bigint
  /** Of a sample. */
  readonly seed?: number
}

const LIMIT = 2_000

/**
 * Runs every interleaving that the server lets run, or a sample of them; gives a report as each ends.
 *
 * @throws TidbTestError `ISOLATION_TOO_MANY` when there are more than `limit`, `ISOLATION_STUCK` when there is an order in
 *   which no session can go on, `ISOLATION_OPTION`
 */
export async function* explore(
  prepared: PreparedSpec,
  setting: RunOptions,
  options: ExploreOptions = {},
): AsyncGenerator<IsolationReport, InterleavingCounts> {
  const { sample = Infinity, seed = 0, limit = LIMIT, preemptions = Infinity } = options
  checkOptions(options)
  const { spec } = prepared
  const total = countInterleavings(spec.sessions.map(({ steps }) => steps.length))
  if (options.sample === undefined && options.preemptions === undefined && total > BigInt(limit)) {
    throw tooMany(spec, limit, `there are ${total.toLocaleString('en')} interleavings`)
  }
  const tree = new ExploredTree({ spec, preemptions, choose: options.sample === undefined ? first : drawn(seed) })
  const seen = new Set<string>()
  while (!tree.exhausted && seen.size < sample) {
    if (seen.size >= limit) throw tooMany(spec, limit, `more than ${limit} schedules can be run`)
    const way = tree.descend()
    const report = await prepared.run(way.next, setting)
    way.ended()
    const order = report.schedule.map(({ session }) => session).join(' ')
    // Who gets a lock first, of several that wait for it, may be another one the next time.
    if (seen.has(order)) continue
    seen.add(order)
    yield report
  }
  return {
    total,
    run: seen.size,
    blocked: tree.blocked,
    beyondPreemptions: tree.beyond,
    ...(options.sample === undefined ? {} : { seed }),
  }
}

function first(sessions: readonly string[]): string {
  return sessions[0] ?? ''
}

/** A session is as likely to go on as it has steps left: so every interleaving is about as likely as any other. */
function drawn(seed: number): (sessions: readonly string[], weights: readonly number[]) => string {
  const random = seededRandom(seed)
  return (sessions, weights) => {
    let at = random() * weights.reduce((sum, weight) => sum + weight, 0)
    return sessions.find((_, index) => (at -= weights[index] ?? 0) < 0) ?? first(sessions)
  }
}

function checkOptions({ sample = 1, preemptions = 0, limit = 1, seed = 0 }: ExploreOptions): void {
  const problem =
    !Number.isInteger(sample) || sample < 1
      ? `sample is ${sample}: a whole number from 1 on`
      : !Number.isInteger(limit) || limit < 1
        ? `limit is ${limit}: a whole number from 1 on`
        : !Number.isInteger(preemptions) || preemptions < 0
          ? `preemptions is ${preemptions}: a whole number from 0 on`
          : !Number.isInteger(seed)
            ? `seed is ${seed}: a whole number`
            : undefined
  if (problem !== undefined) throw new TidbTestError('ISOLATION_OPTION', `everyInterleaving: ${problem}`)
}

function tooMany({ sessions }: IsolationSpec, limit: number, problem: string): TidbTestError {
  const steps = sessions.map(({ name, steps: own }) => `${name} ${own.length}`).join(', ')
  return new TidbTestError('ISOLATION_TOO_MANY', `${problem} (steps: ${steps}), and the limit is ${limit}`, {
    remedy: 'Bound them with { preemptions: 2 }, draw some with { sample: 200, seed: 1 }, or raise { limit }.',
  })
}
