import { systemClock } from '../clock/system-clock.ts'
import { WaitRegistry } from './wait-registry.ts'

/** Waits on what no run uses yet: they end by what the test does, or when their time is up. */
export const standaloneRegistry = new WaitRegistry({ clock: systemClock, timeout: 30_000, parties: [] })
