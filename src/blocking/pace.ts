/** Milliseconds before each of the first looks: they come quickly, as most waits are seen at once. */
const FIRST = [1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 16]
/** Later ones come so many times more seldom than they take long, so that the server has little to do with them. */
const REST = 20
const SHORTEST_REST = 25
const LONGEST_REST = 250
/** While something shows that only has to last to be a wait. */
const IN_DOUBT = 5

/** How soon the next look comes. */
export class Pace {
  #looks = 0
  #rest = SHORTEST_REST
  #inDoubt = false

  /** Somebody wants a verdict on something new. */
  quicken(): void {
    this.#looks = 0
  }

  /** Milliseconds. */
  next(): number {
    const pause = FIRST[this.#looks++] ?? this.#rest
    return this.#inDoubt ? Math.min(pause, IN_DOUBT) : pause
  }

  /** A look took so long. `inDoubt`: it showed something that would be a wait, if it lasted. */
  looked(milliseconds: number, inDoubt: boolean): void {
    this.#rest = Math.min(LONGEST_REST, Math.max(SHORTEST_REST, REST * milliseconds))
    this.#inDoubt = inDoubt
  }
}
