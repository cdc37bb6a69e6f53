import type { Clock, ClockTimer } from './clock.ts'

// Taken once: a test that installs fake timers must not stop the deadlines that watch over it.
const { setTimeout: set, clearTimeout: clear, performance } = globalThis
const now = performance.now.bind(performance)
const origin = performance.timeOrigin

/** Node's longest time, 25 days; it takes a longer one for a millisecond. */
const LONGEST = 2 ** 31 - 1

/** The machine's own time: monotonic, whatever is done to the wall clock or to the global timers. */
export const systemClock: Clock = {
  now: () => origin + now(),
  setTimeout: (callback, milliseconds) => set(callback, Math.min(milliseconds, LONGEST)),
  clearTimeout: (timer: ClockTimer) => clear(timer as NodeJS.Timeout | undefined),
}
