import type { Random } from './random.ts'

/** YCSB's skew: the most wanted of 1,000 items gets about an eighth of all draws. */
const THETA = 0.99

/**
 * Draws 0 … n-1, the lower the more often. Source: Gray et al., "Quickly Generating Billion-Record Synthetic Databases"
 * (SIGMOD 1994), as YCSB's ZipfianGenerator has it. `n` may grow between draws.
 */
export class Zipfian {
  readonly #theta: number
  readonly #alpha: number
  readonly #zeta2: number
  #n = 0
  #zeta = 0

  constructor(n: number, theta = THETA) {
    this.#theta = theta
    this.#alpha = 1 / (1 - theta)
    this.#zeta2 = 1 + 0.5 ** theta
    this.#grow(n)
  }

  next(random: Random, n: number = this.#n): number {
    this.#grow(n)
    const u = random()
    const scaled = u * this.#zeta
    if (scaled < 1) return 0
    if (scaled < this.#zeta2) return Math.min(1, this.#n - 1)
    const eta = (1 - (2 / this.#n) ** (1 - this.#theta)) / (1 - this.#zeta2 / this.#zeta)
    return Math.min(this.#n - 1, Math.floor(this.#n * (eta * u - eta + 1) ** this.#alpha))
  }

  #grow(n: number): void {
    for (; this.#n < n; this.#n++) this.#zeta += 1 / (this.#n + 1) ** this.#theta
  }
}

/** Spreads what is drawn over the whole range, so that what is wanted most does not lie side by side: FNV-1a, 64 bits. */
export function scrambled(drawn: number, n: number): number {
  return Number(fnv64(BigInt(drawn)) % BigInt(n))
}

/** The hash that YCSB makes its keys of. */
export function fnv64(value: bigint): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n
  for (let octet = 0n; octet < 64n; octet += 8n) {
    hash = BigInt.asUintN(64, (hash ^ ((value >> octet) & 0xffn)) * 1_099_511_628_211n)
  }
  return hash
}
