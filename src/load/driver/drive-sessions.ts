import { setTimeout as delay } from 'node:timers/promises'
import { isTidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadPart } from '../results/load-part.ts'
import type { Random } from '../random/random.ts'
import type { LoadSession } from './load-session.ts'
import { isExpectable, Measurement } from './measurement.ts'
import { ClosedPace, OpenPace, ROUNDING, type Pace } from './pace.ts'

/** Timers fire to the millisecond. A session that was free counts from when it woke, if that was within this of its time. */
const GRAIN = 2
const WATCH_INTERVAL = 200
/** Between attempts to open a connection again. */
const PAUSE = 100

export interface DriveOptions {
  readonly sessions: readonly LoadSession[]
  readonly randoms: readonly Random[]
  /** On `performance.now()`. */
  readonly begin: number
  /** Milliseconds. */
  readonly warmup: number
  /** Milliseconds that are measured; until `stop()` when not given. */
  readonly duration?: number
  /** Of an open load: milliseconds between two starts, and the first one's offset. */
  readonly arrivals?: { readonly interval: number; readonly offset: number }
  /** Milliseconds after which a statement without an answer is given up, with its connection. */
  readonly timeout: number
  /** Milliseconds after the end in which arrivals that are due are still begun. */
  readonly patience: number
}

/** Drives sessions on this thread. */
export class Drive {
  readonly #options: DriveOptions
  readonly #pace: Pace
  readonly #measurement: Measurement
  readonly #from: number
  #end: number
  #failure: unknown
  #stopped = false
  /** Each ends the wait of a session whose next start is not due. */
  readonly #sleepers = new Set<() => void>()

  constructor(options: DriveOptions) {
    const { begin, warmup, duration = Number.POSITIVE_INFINITY, arrivals, patience } = options
    this.#options = options
    this.#from = begin + warmup
    this.#end = this.#from + duration
    this.#pace =
      arrivals === undefined
        ? new ClosedPace(this.#end)
        : new OpenPace({ begin: begin + arrivals.offset, end: this.#end, interval: arrivals.interval, patience })
    this.#measurement = new Measurement(this.#from)
  }

  /** No transaction begins after this; what is under way, or due, is still done. */
  stop(): void {
    this.#end = Math.min(this.#end, performance.now())
    this.#pace.end(this.#end)
    this.#stopped = true
    for (const wake of this.#sleepers) wake()
  }

  /**
   * Resolves when all is done.
   *
   * @throws what a step threw that is no failure of a statement or a connection: a mistake in the workload
   */
  async run(): Promise<LoadPart> {
    const { sessions, begin, timeout } = this.#options
    const cpu = threadCpu()
    const watch = setInterval(() => {
      for (const session of sessions) session.cutAfter(timeout)
    }, WATCH_INTERVAL)
    try {
      await delay(Math.max(0, begin - performance.now()))
      const before = statementsOf(sessions)
      await Promise.all(sessions.map((session, index) => this.#loop(session, this.#options.randoms[index] as Random)))
      if (this.#failure !== undefined) throw this.#failure
      const now = performance.now()
      for (const due of this.#pace.leftovers()) {
        if (due >= this.#from - ROUNDING) this.#measurement.unbegun(due, now)
      }
      const used = cpu()
      return this.#measurement.finish(this.#end, {
        ...used,
        statements: statementsOf(sessions) - before,
        elapsed: now - begin,
      })
    } finally {
      clearInterval(watch)
    }
  }

  async #loop(session: LoadSession, random: Random): Promise<void> {
    let now = performance.now()
    for (;;) {
      const due = this.#pace.next(now)
      if (due === undefined) return
      let start = due
      if (due > now) {
        await this.#sleep(due - now)
        const woken = performance.now()
        // Stopped while it waited: it was never due.
        if (due >= this.#end) return
        this.#measurement.late(Math.max(0, woken - due))
        if (woken - due <= GRAIN) start = woken
      }
      now = await this.#attempt(session, random, start, due)
      if (this.#failure !== undefined) return
    }
  }

  /**
   * Of an open load what is due after the warm-up is measured; of a closed one what ends after it: a server that falls
   * silent just then is met by transactions that have begun before.
   */
  #measures(due: number, end: number): boolean {
    return (this.#options.arrivals === undefined ? end : due) >= this.#from - ROUNDING
  }

  async #attempt(session: LoadSession, random: Random, start: number, due: number): Promise<number> {
    const before = session.statements
    try {
      await session.step(random)
      const end = performance.now()
      if (this.#measures(due, end)) this.#measurement.done(start, end, session.statements - before)
      return end
    } catch (error) {
      const end = performance.now()
      if (!isExpectable(error)) {
        this.#fail(error)
        return end
      }
      if (this.#measures(due, end)) this.#measurement.failed(start, end, session.statements - before, error)
      await this.#recover(session)
      return performance.now()
    }
  }

  async #recover(session: LoadSession): Promise<void> {
    try {
      await session.recover()
    } catch (error) {
      // The next step fails for the same reason and is counted; a pause keeps it from asking without end.
      if (!isTidbTestError(error)) this.#fail(error)
      await this.#sleep(PAUSE)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.stop()
  }

  #sleep(milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      this.#sleepers.add(wake)
    })
  }
}

function statementsOf(sessions: readonly LoadSession[]): number {
  return sessions.reduce((sum, session) => sum + session.statements, 0)
}

/** Milliseconds of CPU of this thread from now on; of the process, where Node can't tell threads apart. */
function threadCpu(): () => { user: number; system: number } {
  const measure = (): { user: number; system: number } =>
    typeof process.threadCpuUsage === 'function' ? process.threadCpuUsage() : process.cpuUsage()
  const begun = measure()
  return () => {
    const now = measure()
    return { user: (now.user - begun.user) / 1_000, system: (now.system - begun.system) / 1_000 }
  }
}
