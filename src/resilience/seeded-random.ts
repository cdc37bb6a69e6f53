/**
 * Numbers from 0 up to, but not including, 1: the same ones for the same seed. Not for secrets.
 * The algorithm is Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A seed that nobody chose, for the message that replays what it led to. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}
