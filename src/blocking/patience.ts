/** Looks that are remembered. */
const REMEMBERED = 32

/** So many looks must have shown a wait that nothing else proves. */
export const FEWEST_LOOKS = 6

/**
 * A statement locks all its rows in one go, and shows as waiting meanwhile: 2.5 s for 65,536 rows on a busy machine, with
 * 16 MB of memory; 0.16 s for as many that were only selected, with 0.2 MB.
 */
const BYTES_PER_MS = 1_000
const LONGEST_LOCKING_MS = 8_000

/**
 * How long, and over how many looks, a wait must last before it is believed without evidence.
 *
 * An uncontended lock shows as a wait too, for a moment that is longer on a busy machine: up to 20 ms were seen. A server
 * that has answered several looks meanwhile has had its turns, and how long they took tells how busy it is.
 */
export class Patience {
  readonly #looks: number[] = []

  /** A look took so many milliseconds. */
  looked(milliseconds: number): void {
    this.#looks.push(milliseconds)
    if (this.#looks.length > REMEMBERED) this.#looks.shift()
  }

  /**
   * Whether a wait that was seen in so many looks, and lasts for so many milliseconds, has lasted for long enough.
   * `memory`: bytes that the statement takes on the server, which tell how much it may have to lock.
   */
  exhausted(looks: number, milliseconds: number, memory = 0): boolean {
    const locking = Math.min(LONGEST_LOCKING_MS, memory / BYTES_PER_MS)
    return looks >= FEWEST_LOOKS && milliseconds >= this.threshold + locking
  }

  /** Milliseconds. */
  get threshold(): number {
    const sorted = this.#looks.toSorted((a, b) => a - b)
    const median = sorted[sorted.length >> 1] ?? 0
    return Math.max(50, 12 * median, 4 * Math.max(0, ...this.#looks.slice(-8)))
  }
}
