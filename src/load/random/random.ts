/** A source of numbers in [0, 1), the same for the same seed. */
export type Random = () => number

/** Which stream of a seed: one for each session, so that they draw different numbers whatever thread they are on. */
export function randomOf(seed: number, stream: number): Random {
  let a = mix(seed ^ 0x9e37_79b9)
  let b = mix(stream ^ 0x243f_6a88)
  let c = mix((seed + stream) | 0)
  let d = 1
  // sfc32 of PractRand (Chris Doty-Humphrey): 128 bits of state, quick in JavaScript's integers.
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_00_00_00_00
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return mixed ^ (mixed >>> 16)
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}
