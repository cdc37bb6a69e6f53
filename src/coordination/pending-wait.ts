import type { Clock } from '../clock/clock.ts'
import { outsideTasks } from './task-activity.ts'
import { Wait, type WaitOptions, type WaitRequest } from './wait.ts'

export interface PendingOptions extends WaitOptions {
  readonly clock: Clock
  readonly timeout: number
  readonly onAwait: () => void
  readonly onEnd: (failed: boolean) => void
  /** What it fails with when its time is up. Should the wait end meanwhile, it has not. */
  readonly expired: () => Error | Promise<Error>
  readonly aborted: (reason: unknown) => Error
}

/** What a timer can take; Node fires one of more at once. A wait that may take longer has no limit. */
const LONGEST_TIMER = 2 ** 31 - 1

/** A wait that has not ended: looks whenever something has changed, and watches its limits. */
export class PendingWait {
  readonly request: WaitRequest<unknown>
  readonly begunAt: number
  awaited = false
  readonly promise: Promise<unknown>
  readonly #options: PendingOptions
  readonly #undo: (() => void)[] = []
  #resolve: (value: unknown) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined
  #over = false

  constructor(request: WaitRequest<unknown>, options: PendingOptions) {
    const { clock } = options
    this.request = request
    this.#options = options
    this.begunAt = clock.now()
    this.promise = new Wait<unknown>(
      (resolve, reject) => {
        this.#resolve = resolve
        this.#reject = reject
      },
      () => {
        this.awaited = true
        options.onAwait()
      },
    )
  }

  begin(): void {
    const { clock, timeout, signal, aborted } = this.#options
    this.#look()
    if (this.#over) return
    if (signal?.aborted === true) {
      this.reject(aborted(signal.reason))
      return
    }
    const onAbort = (): void => this.reject(aborted(signal?.reason))
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#undo.push(
      this.request.changes.listen(() => this.#look()),
      () => signal?.removeEventListener('abort', onAbort),
    )
    if (timeout > LONGEST_TIMER) return
    const timer = outsideTasks(() => clock.setTimeout(() => void this.#expire(), timeout))
    this.#undo.push(() => clock.clearTimeout(timer))
  }

  reject(error: unknown): void {
    if (this.#over) return
    this.#end(true)
    this.request.abandon?.()
    this.#reject(error)
  }

  async #expire(): Promise<void> {
    this.reject(await this.#options.expired())
  }

  #look(): void {
    if (this.#over) return
    try {
      const found = this.request.look()
      if (found === undefined) return
      this.#end(false)
      this.#resolve(found.value)
    } catch (error) {
      // A condition that throws concerns whoever waits, and not whoever made the change.
      this.reject(error)
    }
  }

  #end(failed: boolean): void {
    this.#over = true
    for (const undo of this.#undo.splice(0)) undo()
    this.#options.onEnd(failed)
  }
}
