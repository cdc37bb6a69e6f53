import { LazyPromise } from './lazy-promise.ts'

/** Of one schedule or of many. Until somebody waits for it, it can be told to look for anomalies too. */
export class SchedulePromise<Result> extends LazyPromise<Result> {
  readonly #wanted: { detect: boolean }

  constructor(
    work: (wanted: { readonly detect: boolean }) => Promise<Result>,
    calledAs: (...args: never[]) => unknown,
  ) {
    const wanted = { detect: false }
    super(() => work(wanted), calledAs)
    this.#wanted = wanted
  }

  /** Has no effect when the schedules run already. */
  lookForAnomalies(): void {
    this.#wanted.detect = true
  }
}
