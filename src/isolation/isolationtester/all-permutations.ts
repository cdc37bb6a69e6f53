import type { Permutation, Position, SpecFileSession } from './spec-file.ts'

/** In how many ways the steps of the sessions can be interleaved, each session's in their order. */
export function countPermutations(sessions: readonly Pick<SpecFileSession, 'steps'>[]): bigint {
  let ways = 1n
  let placed = 0n
  for (const { steps } of sessions) {
    // One factor of the multinomial coefficient at a time, so that each division is exact.
    for (let step = 1n; step <= BigInt(steps.length); step++) ways = (ways * ++placed) / step
  }
  return ways
}

/**
 * All of them, in the order in which isolationtester runs them when a file names none. Their place is `at`.
 *
 * Source: `run_all_permutations` of PostgreSQL's isolationtester.c.
 */
export function* allPermutations(sessions: readonly SpecFileSession[], at: Position): Generator<Permutation> {
  const taken = sessions.map(() => 0)
  const chosen: Permutation['steps'][number][] = []
  yield* rest()

  function* rest(): Generator<Permutation> {
    let any = false
    for (const [index, { steps }] of sessions.entries()) {
      const step = steps[taken[index] as number]
      if (step === undefined) continue
      any = true
      taken[index] = (taken[index] as number) + 1
      chosen.push({ name: step.name, markers: [], at })
      yield* rest()
      chosen.pop()
      taken[index] = (taken[index] as number) - 1
    }
    if (!any) yield { steps: [...chosen], at }
  }
}
