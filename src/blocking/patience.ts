/** Looks that are remembered. */
const REMEMBERED = 32

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

  /** Whether a wait that was seen in so many looks, and lasts for so many milliseconds, has lasted for long enough. */
  exhausted(looks: number, milliseconds: number): boolean {
    return looks >= 6 && milliseconds >= this.threshold
  }

  /** Milliseconds. */
  get threshold(): number {
    const sorted = this.#looks.toSorted((a, b) => a - b)
    const median = sorted[sorted.length >> 1] ?? 0
    return Math.max(50, 12 * median, 4 * Math.max(0, ...this.#looks.slice(-8)))
  }
}
