import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Wait } from '../blocking/wait.ts'
import type { Stage } from './stage.ts'
import type { StepInFlight } from './step-in-flight.ts'

/**
 * A step that has waited long before its lock was released looks, for a moment, as one that waits still. Where nobody is
 * proven to hold what it waits for, it is given so many milliseconds to go on.
 */
const GOES_ON_WITHIN = 100

/** Milliseconds until a verdict must be there: the test's signal and the session's timeout come first. */
const LONGEST = 3_600_000

/** What shows a holder, and not merely that time has passed. */
const PROOF: ReadonlySet<Wait['evidence']> = new Set<Wait['evidence']>([
  'lock view',
  'MVCC',
  'metadata lock view',
  'DDL jobs',
  'user lock',
])

/** The steps of a schedule that are under way, or that have ended and are to be reported after others. */
export class WaitingSteps {
  readonly #stage: Pick<Stage, 'observer' | 'signal'>
  /** By session, in the order of sending. */
  readonly #steps = new Map<string, StepInFlight>()

  constructor(stage: Pick<Stage, 'observer' | 'signal'>) {
    this.#stage = stage
  }

  get size(): number {
    return this.#steps.size
  }

  get steps(): readonly StepInFlight[] {
    return [...this.#steps.values()]
  }

  of(session: string): StepInFlight | undefined {
    return this.#steps.get(session)
  }

  /** Those that have not ended. */
  get underWay(): readonly StepInFlight[] {
    return this.steps.filter((step) => !step.hasEnded)
  }

  underWayOf(session: string): StepInFlight | undefined {
    return this.underWay.find((step) => step.scheduled.session === session)
  }

  /** Resolves when one of those under way has ended, or the time is over. */
  async someEndedWithin(milliseconds: number): Promise<void> {
    await withTimer(milliseconds, this.#stage.signal, Promise.race(this.underWay.map((step) => step.ended)))
  }

  /** Whether any but this one is under way of which nobody knows whether it waits. */
  unseen(but: StepInFlight): boolean {
    return this.steps.some((step) => step !== but && !step.hasEnded && step.waited === undefined)
  }

  /** Takes a step that was just sent. Resolves to whether it can be reported as ended; if not, it is waiting. */
  async add(step: StepInFlight): Promise<boolean> {
    this.#steps.set(step.scheduled.session, step)
    if (step.isMarkedWaiting) return false
    await this.#endedOrWaiting(step)
    return this.#take([step]).length > 0
  }

  /** Those that can be reported now, without asking the server: that have ended by themselves. */
  async endedMeanwhile(): Promise<StepInFlight[]> {
    const steps = this.steps.filter((step) => step.hasEnded)
    await Promise.all(steps.map((step) => step.ended))
    return this.#take(steps)
  }

  /**
   * Resolves when each has ended or is known to wait. Returns those that can be reported, in the order of sending but for
   * their markers: all that one COMMIT lets go on, whichever of them was first.
   */
  async settle(): Promise<StepInFlight[]> {
    const since = systemClock.now()
    let running = this.steps.filter((step) => !step.hasEnded)
    for (;;) {
      await Promise.all(running.map((step) => this.#endedOrStillWaiting(step, since)))
      const still = running.filter((step) => !step.hasEnded)
      // One that has ended may have let another go on.
      if (still.length === running.length) break
      running = still
    }
    return this.endedMeanwhile()
  }

  /** Waits until all of them, or that of one session, have ended by themselves. */
  async endWithin(milliseconds: number, session?: string): Promise<StepInFlight[]> {
    const awaited = this.steps.filter((step) => session === undefined || step.scheduled.session === session)
    if (milliseconds > 0) {
      await withTimer(milliseconds, this.#stage.signal, Promise.all(awaited.map((step) => step.ended)))
    }
    return this.settle()
  }

  async #endedOrWaiting(step: StepInFlight): Promise<Wait | undefined> {
    const { observer, signal } = this.#stage
    const state = await observer.endedOrBlocked(step.statement, { signal, timeout: LONGEST })
    if (state.status === 'blocked') {
      step.waits(state.wait)
      return state.wait
    }
    await step.ended
    return undefined
  }

  async #endedOrStillWaiting(step: StepInFlight, since: number): Promise<void> {
    for (;;) {
      const wait = await this.#endedOrWaiting(step)
      if (wait === undefined || (wait.blockers.length > 0 && PROOF.has(wait.evidence))) return
      const left = since + GOES_ON_WITHIN - systemClock.now()
      if (left <= 0) return
      await withTimer(left, this.#stage.signal, step.ended)
    }
  }

  /** Takes out those of the steps that no marker holds back. */
  #take(candidates: readonly StepInFlight[]): StepInFlight[] {
    const taken: StepInFlight[] = []
    let left = candidates.filter((step) => step.hasEnded)
    for (;;) {
      const free = left.filter((step) => !this.#isHeldBack(step))
      if (free.length === 0) return taken
      for (const step of free) this.#steps.delete(step.scheduled.session)
      taken.push(...free)
      left = left.filter((step) => !free.includes(step))
    }
  }

  #isHeldBack({ scheduled }: StepInFlight): boolean {
    return (scheduled.markers ?? []).some(
      (marker) => marker.kind === 'after' && this.#steps.get(marker.session)?.scheduled.step === marker.step,
    )
  }
}

/** Resolves when the promise does, or the time is over; leaves no timer. */
async function withTimer(milliseconds: number, signal: AbortSignal, promise: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  const timer = sleep(systemClock, milliseconds, AbortSignal.any([signal, over.signal])).catch((error: unknown) => {
    if (signal.aborted) throw error
  })
  try {
    await Promise.race([promise, timer])
  } finally {
    over.abort()
  }
}
