/** Milliseconds by which sums of fractions may be off. */
export const ROUNDING = 0.001

/** When transactions are to begin, on `performance.now()`. */
export interface Pace {
  /** The next one's time, which may be over; undefined when no more are to begin. */
  next(now: number): number | undefined
  /** No more after this moment. */
  end(at: number): void
  /** Times that were due before the end and that nobody took. */
  leftovers(): number[]
}

/** As soon as a session is free. */
export class ClosedPace implements Pace {
  #end: number

  constructor(end: number) {
    this.#end = end
  }

  next(now: number): number | undefined {
    return now < this.#end ? now : undefined
  }

  end(at: number): void {
    this.#end = at
  }

  leftovers(): number[] {
    return []
  }
}

export interface OpenPaceOptions {
  readonly begin: number
  readonly end: number
  /** Milliseconds between two. */
  readonly interval: number
  /** Milliseconds after the end in which what was due is still begun. */
  readonly patience: number
}

/** At times that were fixed beforehand, whether the server keeps up or not. */
export class OpenPace implements Pace {
  readonly #begin: number
  readonly #interval: number
  readonly #patience: number
  #end: number
  #taken = 0

  constructor({ begin, end, interval, patience }: OpenPaceOptions) {
    this.#begin = begin
    this.#end = end
    this.#interval = interval
    this.#patience = patience
  }

  next(now: number): number | undefined {
    const due = this.#timeOf(this.#taken)
    if (due >= this.#end - ROUNDING || now > this.#end + this.#patience) return undefined
    this.#taken++
    return due
  }

  end(at: number): void {
    this.#end = Math.min(this.#end, at)
  }

  leftovers(): number[] {
    const left: number[] = []
    for (let index = this.#taken; this.#timeOf(index) < this.#end - ROUNDING; index++) left.push(this.#timeOf(index))
    return left
  }

  #timeOf(index: number): number {
    return this.#begin + index * this.#interval
  }
}
