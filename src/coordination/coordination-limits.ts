/** What holds where a run says nothing itself. Times in milliseconds. */
export interface CoordinationLimits {
  /** That a wait may take. */
  readonly timeout: number
  /** That `monitor()` watches a connection. */
  readonly duration: number
  /** From one check of a monitored connection to the next. */
  readonly interval: number
  /** Connections of a run that is given one task for all. */
  readonly count: number
  /** The most connections of one run. */
  readonly maxConnections: number
}

export const defaultLimits: CoordinationLimits = {
  timeout: 30_000,
  duration: 0,
  interval: 1_000,
  count: 2,
  maxConnections: 100,
}
