import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Activity } from './activity.ts'
import { Changes } from './changes.ts'
import { findStuck, OUTSIDE, type Standing } from './find-stuck.ts'
import { Party, type PartyEnd } from './party.ts'
import { PendingWait } from './pending-wait.ts'
import { outsideTasks } from './task-activity.ts'
import { abortedWait, endlessWait, expiredWait, type FailedWait } from './wait-errors.ts'
import type { Waiter, WaitOptions, WaitRequest } from './wait.ts'

export interface RegistryOptions {
  readonly clock: Clock
  /** Milliseconds that a wait may take when it says nothing itself. */
  readonly timeout: number
  /** Ends every wait. */
  readonly signal?: AbortSignal
  readonly parties: readonly string[]
  /** Says which statements wait for which sessions. */
  readonly whoWaits?: () => Promise<string>
  /** Told what parties do. */
  readonly onActivity?: (activity: Activity) => void
}

// Taken once: a test may install fake timers.
const { setImmediate: soon } = globalThis
/** Milliseconds until parties that wait, but have something else under way, are looked at again. */
const SOONEST = 2
const LATEST = 50

/** Every wait of one coordinated run: who waits for what, and whether it can still end. */
export class WaitRegistry {
  readonly #options: RegistryOptions
  readonly #parties: readonly Party[]
  readonly #outside: Party
  /** A party has ended. */
  readonly partyEnded = new Changes()
  #outsideIsBusy = true
  #checking = false
  #again = SOONEST

  constructor(options: RegistryOptions) {
    this.#options = options
    const begin = this.#begin.bind(this)
    this.#parties = options.parties.map((name) => new Party(name, begin))
    this.#outside = new Party(OUTSIDE, begin)
    options.signal?.addEventListener('abort', () => this.#abort(), { once: true })
  }

  get names(): readonly string[] {
    return this.#options.parties
  }

  /** Waits of whoever is no party. */
  get outside(): Waiter {
    return this.#outside
  }

  party(name: string): Party {
    const party = this.#parties.find((candidate) => candidate.name === name)
    if (party === undefined) throw new TypeError(`there is no party '${name}'`)
    return party
  }

  /** Whoever can change what all share: the other parties, and the test outside. */
  othersThan(name: string): readonly string[] {
    return [...this.names, OUTSIDE].filter((other) => other !== name)
  }

  /** A party does nothing any more, and whoever needs it learns of it. */
  end(name: string, end: PartyEnd): void {
    this.party(name).end = end
    this.partyEnded.made()
    this.#checkSoon()
  }

  /** The test waits for the end of the run itself, and does nothing for anybody else. */
  outsideWaits(): void {
    this.#outsideIsBusy = false
    this.#checkSoon()
  }

  /** What each party does, a line for each. */
  situation(): string {
    const now = this.#options.clock.now()
    return this.#parties.map((party) => party.describe(now)).join('\n')
  }

  #begin(party: Party, request: WaitRequest<unknown>, options: WaitOptions): Promise<unknown> {
    const { clock, signal } = this.#options
    const timeout = options.timeout ?? this.#options.timeout
    const failed = { party: party.name, what: request.what }
    const pending: PendingWait = new PendingWait(request, {
      clock,
      timeout,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onAwait: () => {
        party.forgotten.delete(pending)
        this.#checkSoon()
      },
      onEnd: (failed) => {
        party.pending.delete(pending)
        this.#noteWait(party, pending, failed)
      },
      expired: () => this.#expired(failed, timeout),
      aborted: (reason) => abortedWait(failed, reason),
    })
    party.pending.add(pending)
    party.forgotten.add(pending)
    pending.begin()
    if (signal?.aborted === true) pending.reject(abortedWait(failed, signal.reason))
    return pending.promise
  }

  /** A party did something that is no wait. */
  note(done: Omit<Activity, 'at' | 'until'>): void {
    const { clock, onActivity } = this.#options
    onActivity?.({ ...done, at: clock.now() })
  }

  #noteWait({ name }: Party, { request, begunAt }: PendingWait, failed: boolean): void {
    const { clock, onActivity } = this.#options
    onActivity?.({
      party: name,
      kind: request.barrier === true ? 'barrier' : 'wait',
      text: request.what,
      at: begunAt,
      until: clock.now(),
      ...(failed ? { failed } : {}),
    })
  }

  async #expired(failed: Omit<FailedWait, 'situation'>, timeout: number): Promise<Error> {
    const situation = this.situation()
    const { whoWaits } = this.#options
    if (whoWaits === undefined || !this.#parties.some((party) => party.hasStatement())) {
      return expiredWait({ ...failed, situation }, timeout)
    }
    const server = await whoWaits()
    return expiredWait({ ...failed, situation: `${situation}\non the server:\n${indented(server)}` }, timeout)
  }

  #abort(): void {
    const { signal } = this.#options
    for (const party of [...this.#parties, this.#outside]) {
      for (const pending of party.pending) {
        pending.reject(abortedWait({ party: party.name, what: pending.request.what }, signal?.reason))
      }
    }
  }

  /** Once everything that is ready has run: whoever waits now may go on by itself. */
  #checkSoon(): void {
    if (this.#checking || this.#parties.length === 0) return
    this.#checking = true
    outsideTasks(() => soon(() => this.#check()))
  }

  #check(): void {
    this.#checking = false
    const stuck = findStuck(this.#standings((party) => !party.busy))
    const allGone = this.#parties.every(({ end }) => end !== undefined)
    if (stuck.length > 0 || allGone) {
      this.#rejectAll([
        ...this.#parties.filter(({ name }) => stuck.includes(name)),
        ...(allGone ? [this.#outside] : []),
      ])
    } else if (findStuck(this.#standings(() => true)).length > 0) {
      this.#checkLater()
    } else {
      this.#again = SOONEST
    }
  }

  #checkLater(): void {
    this.#checking = true
    outsideTasks(() => systemClock.setTimeout(() => this.#check(), this.#again))
    this.#again = Math.min(LATEST, this.#again * 2)
  }

  #standings(stands: (party: Party) => boolean): readonly Standing[] {
    const parties = this.#parties.map((party): Standing => ({
      name: party.name,
      gone: party.end !== undefined,
      waits: stands(party) ? party.awaited.map(({ request }) => request.needs()) : [],
    }))
    return [...parties, { name: OUTSIDE, gone: !this.#outsideIsBusy, waits: [] }]
  }

  #rejectAll(parties: readonly Party[]): void {
    const situation = this.situation()
    for (const party of parties) {
      for (const pending of party.pending) {
        pending.reject(endlessWait({ party: party.name, what: pending.request.what, situation }))
      }
    }
  }
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
