import type { Random } from './random.ts'

const ITERATIONS = 12
/** Three quarters of all draws fall into the middle hundredth of the range. */
const HOT_SHARE = 0.75
const HOT_RANGE = 0.01

/**
 * sysbench 1.0's default distribution, from `low` to `high`: a bell, and a hot spot in its middle. Source: `special` in
 * `sysbench --help`, and src/sb_rand.c of akopytov/sysbench.
 */
export function special(random: Random, low: number, high: number): number {
  const range = high - low
  const drawn = random()
  if (drawn < 1 - HOT_SHARE) {
    let sum = 0
    for (let round = 0; round < ITERATIONS; round++) sum += random()
    return low + Math.floor((sum * range) / ITERATIONS)
  }
  const hot = range * HOT_RANGE
  return low + Math.floor(drawn * (hot + 1) + range / 2 - hot / 2)
}
