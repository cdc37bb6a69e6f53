import { messageOf } from '../errors/tidb-test-error.ts'
import type { PendingWait } from './pending-wait.ts'
import { TaskActivity } from './task-activity.ts'
import type { Waiter, WaitOptions, WaitRequest } from './wait.ts'

export type PartyEnd =
  | { readonly status: 'completed' }
  | { readonly status: 'failed' | 'ended'; readonly error: unknown }

type Begin = (request: WaitRequest<unknown>, options: WaitOptions) => Promise<unknown>

/** One of those that work together, as far as waiting goes. */
export class Party implements Waiter {
  readonly name: string
  readonly activity = new TaskActivity()
  /** Waits that have not ended. */
  readonly pending = new Set<PendingWait>()
  /** Waits that nobody has awaited, ended or not. */
  readonly forgotten = new Set<PendingWait>()
  /** How it ended; undefined as long as it goes on. */
  end: PartyEnd | undefined
  /** Whether a statement of it is under way. */
  hasStatement: () => boolean = () => false
  readonly #begin: Begin

  constructor(
    name: string,
    begin: (party: Party, request: WaitRequest<unknown>, options: WaitOptions) => Promise<unknown>,
  ) {
    this.name = name
    this.#begin = (request, options) => begin(this, request, options)
  }

  /** Whether something beside its waits can make it go on. */
  get busy(): boolean {
    return this.activity.busy || this.hasStatement()
  }

  /** The waits that keep it from going on. */
  get awaited(): readonly PendingWait[] {
    return [...this.pending].filter(({ awaited }) => awaited)
  }

  wait<T>(request: WaitRequest<T>, options: WaitOptions = {}): Promise<T> {
    return this.#begin(request, options) as Promise<T>
  }

  /** What it does, for people. `now` is the clock's time. */
  describe(now: number): string {
    if (this.end?.status === 'completed') return `${this.name} has completed`
    if (this.end !== undefined) {
      const verb = this.end.status === 'failed' ? 'has failed' : 'was ended'
      return `${this.name} ${verb}: ${messageOf(this.end.error).split('\n')[0]}`
    }
    const waits = this.awaited.map(({ request, begunAt }) => {
      const hint = request.hint?.()
      return `${request.what} (for ${Math.round(now - begunAt)} ms${hint === undefined ? '' : `; ${hint}`})`
    })
    if (waits.length > 0) return `${this.name} waits for ${waits.join(', and for ')}`
    return `${this.name} ${this.hasStatement() ? 'has a statement under way' : 'is running'}`
  }
}
