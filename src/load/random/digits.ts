import type { Random } from './random.ts'

const DASH = 0x2d
const ZERO = 0x30
const GROUP = 11

/**
 * Writes groups of 11 random digits with dashes between them, as sysbench fills its columns: 10 groups are 119
 * characters, 5 are 59.
 */
export function writeDigits(random: Random, bytes: Buffer, at: number, groups: number): void {
  let place = at
  for (let group = 0; group < groups; group++) {
    if (group > 0) bytes[place++] = DASH
    // One draw gives at most 32 bits, so nine digits.
    let drawn = Math.floor(random() * 1_000_000)
    for (let digit = 0; digit < GROUP; digit++) {
      if (digit === 6) drawn = Math.floor(random() * 100_000)
      const rest = Math.floor(drawn / 10)
      bytes[place++] = ZERO + drawn - rest * 10
      drawn = rest
    }
  }
}

const scratch = Buffer.allocUnsafe(GROUP * 10 + 9)

export function digits(random: Random, groups: number): string {
  writeDigits(random, scratch, 0, groups)
  return scratch.toString('latin1', 0, groups * (GROUP + 1) - 1)
}
