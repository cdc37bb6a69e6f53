import { seededRandom } from '../resilience/seeded-random.ts'
import type { Schedule, ScheduledStep } from './schedule.ts'
import type { IsolationSpec } from './spec.ts'

export interface InterleavingOptions {
  /** How often a session may be left at most while it has steps left; any number when not given. */
  readonly preemptions?: number
  /** So many, drawn at random, each as likely as any other; all when not given. */
  readonly sample?: number
  /** Where the drawing starts from; 0 when not given. */
  readonly seed?: number
}

/** In how many ways sessions with so many steps can be interleaved, each session's steps in their order. */
export function countInterleavings(steps: readonly number[]): bigint {
  let ways = 1n
  let placed = 0n
  for (const count of steps) {
    // One factor of the multinomial coefficient at a time, so that each division is exact.
    for (let step = 1n; step <= BigInt(count); step++) ways = (ways * ++placed) / step
  }
  return ways
}

/**
 * The interleavings of a spec's steps, whether they can be run or not: which step is blocked shows only when it runs.
 * All are given in the order of their sessions; with `sample`, none twice.
 */
export function* interleavings(spec: IsolationSpec, options: InterleavingOptions = {}): Generator<Schedule> {
  const { preemptions = Infinity, sample, seed = 0 } = options
  if (sample === undefined) yield* ordered(spec, preemptions)
  else yield* drawn(spec, preemptions, sample, seed)
}

function* ordered({ sessions }: IsolationSpec, preemptions: number): Generator<Schedule> {
  const taken = sessions.map(() => 0)
  const chosen: ScheduledStep[] = []
  yield* rest(-1, 0)

  function* rest(last: number, preempted: number): Generator<Schedule> {
    let any = false
    for (const [index, { name, steps }] of sessions.entries()) {
      const position = taken[index] ?? 0
      const step = steps[position]
      if (step === undefined) continue
      any = true
      const left = last !== index && (sessions[last]?.steps.length ?? 0) > (taken[last] ?? 0)
      if (left && preempted >= preemptions) continue
      taken[index] = position + 1
      chosen.push({ session: name, step: step.name })
      yield* rest(index, left ? preempted + 1 : preempted)
      chosen.pop()
      taken[index] = position
    }
    if (!any) yield [...chosen]
  }
}

/** Draws until so many different ones are found, or chance finds no more. */
function* drawn(spec: IsolationSpec, preemptions: number, sample: number, seed: number): Generator<Schedule> {
  const random = seededRandom(seed)
  const seen = new Set<string>()
  const total = countInterleavings(spec.sessions.map(({ steps }) => steps.length))
  const wanted = total < BigInt(sample) ? Number(total) : sample
  for (let misses = 0; seen.size < wanted && misses < MISSES;) {
    const schedule = draw(spec, random)
    const key = schedule.map(({ session }) => session).join(' ')
    if (seen.has(key) || preemptionsOf(spec, schedule) > preemptions) {
      misses++
      continue
    }
    misses = 0
    seen.add(key)
    yield schedule
  }
}

const MISSES = 10_000

/** A session is as likely to be next as it has steps left: so every interleaving is as likely as any other. */
function draw({ sessions }: IsolationSpec, random: () => number): Schedule {
  const taken = sessions.map(() => 0)
  const total = sessions.reduce((sum, { steps }) => sum + steps.length, 0)
  return Array.from({ length: total }, (_, index) => {
    let at = Math.floor(random() * (total - index))
    const next = sessions.findIndex(({ steps }, session) => {
      at -= steps.length - (taken[session] ?? 0)
      return at < 0
    })
    const { name = '', steps = [] } = sessions[next] ?? {}
    const position = taken[next] ?? 0
    taken[next] = position + 1
    return { session: name, step: steps[position]?.name ?? '' }
  })
}

/** How often a session is left while it has steps left. */
export function preemptionsOf({ sessions }: IsolationSpec, schedule: Schedule): number {
  const left = new Map(sessions.map(({ name, steps }) => [name, steps.length]))
  let preemptions = 0
  let last: string | undefined
  for (const { session } of schedule) {
    if (last !== undefined && last !== session && (left.get(last) ?? 0) > 0) preemptions++
    left.set(session, (left.get(session) ?? 0) - 1)
    last = session
  }
  return preemptions
}
