import type { Endpoint } from '../connections/endpoint.ts'
import { TidbTestError } from '../errors/tidb-test-error.ts'

/** How a load is driven. */
export interface LoadPace {
  /** Connections that send transactions side by side. */
  readonly sessions: number
  /**
   * Transactions a second that are to begin, whether the server keeps up or not (an open load: its latencies count from
   * the intended start). Without it each session begins its next transaction when it has ended the one before (closed).
   */
  readonly rate?: number
  /** Milliseconds at the beginning that are not measured; a tenth of the duration and at most a second when not given. */
  readonly warmup?: number
  /** What the workload's randomness starts from; the test's seed when not given. */
  readonly seed?: number
  /** Where the load goes instead of the test's server itself: to a proxy before it, `faults.endpoint`. */
  readonly endpoint?: Endpoint
  /**
   * Over how many threads the sessions are spread, at most one for each session. When not given, as many as half the
   * cores: the server may be on the same ones, and a thread costs less per statement the more sessions it has. Where the
   * client turns out to be the limit, more help.
   */
  readonly threads?: number
  /** Milliseconds after which a statement without an answer is given up; those of the configuration when not given. */
  readonly timeout?: number
  /** Milliseconds after the end in which what was due is still begun; 10 seconds when not given. */
  readonly patience?: number
}

export interface LoadRunOptions extends LoadPace {
  /** Milliseconds that are measured, after the warm-up. */
  readonly duration: number
}

const MOST_SESSIONS = 1_024

/** @throws TidbTestError `LOAD_OPTIONS` */
export function checkPace(pace: LoadPace & { readonly duration?: number }): void {
  const whole = (name: string, value: number | undefined, least: number, most: number): void => {
    if (value !== undefined && (!Number.isInteger(value) || value < least || value > most)) {
      throw wrong(`${name} is a whole number from ${least} to ${most}, not ${String(value)}`)
    }
  }
  const atLeast = (name: string, value: number | undefined, least: number): void => {
    if (value !== undefined && !(value >= least && Number.isFinite(value))) {
      throw wrong(`${name} is a number of milliseconds from ${least} on, not ${String(value)}`)
    }
  }
  if (pace.sessions === undefined) throw wrong('the number of sessions is missing')
  whole('sessions', pace.sessions, 1, MOST_SESSIONS)
  whole('threads', pace.threads, 1, 64)
  whole('seed', pace.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  atLeast('warmup', pace.warmup, 0)
  atLeast('duration', pace.duration, 1)
  atLeast('timeout', pace.timeout, 1)
  atLeast('patience', pace.patience, 0)
  if (pace.rate !== undefined && !(pace.rate > 0 && pace.rate <= 1_000_000)) {
    throw wrong(`rate is a number of transactions a second above 0, not ${String(pace.rate)}`)
  }
}

function wrong(message: string): TidbTestError {
  return new TidbTestError('LOAD_OPTIONS', `a load can't be driven so: ${message}`, {
    remedy:
      'Write: load.run(workload, { sessions: 8, rate: 500, duration: 5_000 }), or without a rate for a closed load.',
  })
}
