import type { Clock, ClockTimer } from './clock.ts'

// Taken once: a test that installs fake timers must not stop the deadlines that watch over it.
const { setTimeout: set, clearTimeout: clear, performance } = globalThis
const now = performance.now.bind(performance)
const origin = performance.timeOrigin

/** The machine's own time: monotonic, whatever is done to the wall clock or to the global timers. */
export const systemClock: Clock = {
  now: () => origin + now(),
  setTimeout: (callback, milliseconds) => set(callback, milliseconds),
  clearTimeout: (timer: ClockTimer) => clear(timer as NodeJS.Timeout | undefined),
}
