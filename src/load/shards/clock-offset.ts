import { systemClock } from '../../clock/system-clock.ts'
import type { Session } from '../../connections/session.ts'

const SAMPLES = 8

export interface ClockOffset {
  /** What the server's clock is ahead of this machine's; below 0 when it is behind. */
  readonly milliseconds: number
  /** By how much that may be off: half of the quickest round trip. */
  readonly error: number
}

/** Measures the server's clock against this one, by the quickest of several round trips (Cristian's algorithm). */
export async function clockOffset(session: Session): Promise<ClockOffset> {
  let best: ClockOffset = { milliseconds: 0, error: Number.POSITIVE_INFINITY }
  for (let sample = 0; sample < SAMPLES; sample++) {
    const sent = systemClock.now()
    const [row] = await session.query<{ at: number | string }>`SELECT UNIX_TIMESTAMP(NOW(6)) AS at`
    const received = systemClock.now()
    const error = (received - sent) / 2
    if (error < best.error) best = { milliseconds: Number(row?.at) * 1_000 - (sent + error), error }
  }
  return best
}
