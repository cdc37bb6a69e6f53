/** A timer that a clock gave out; only that clock understands it. */
export type ClockTimer = unknown

/** Where time comes from, so that what waits can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions; never goes back. */
  now(): number
  /** Calls back once, `milliseconds` from now. */
  setTimeout(callback: () => void, milliseconds: number): ClockTimer
  /** Does nothing when the timer has fired or was cleared. */
  clearTimeout(timer: ClockTimer): void
}
