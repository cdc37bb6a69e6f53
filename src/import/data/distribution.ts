import { wrong } from './column.ts'

/** How numbers lie in their range: evenly; mostly in the middle; or the smaller, the more often. */
export type Distribution = 'uniform' | 'normal' | 'skewed'

/** A number from 0 up to, but not including, 1. */
export function drawFrom(distribution: Distribution, random: () => number): number {
  switch (distribution) {
    case 'uniform':
      return random()
    case 'normal': {
      // Box and Muller; three standard deviations each way fill the range, and what lies beyond is put at its ends.
      const deviation = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      return Math.min(1 - Number.EPSILON, Math.max(0, 0.5 + deviation / 6))
    }
    case 'skewed':
      return random() ** 4
    default:
      throw wrong(`there is no distribution '${String(distribution)}'`, 'There are uniform, normal and skewed.')
  }
}
