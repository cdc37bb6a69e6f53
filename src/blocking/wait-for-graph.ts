import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { maskPasswords } from '../connections/mask-passwords.ts'
import { examine } from './examination.ts'
import type { KnownSessions } from './known-sessions.ts'
import type { ServerView } from './server-view.ts'
import { StatementJudge } from './statement-judge.ts'
import { describeWait, nameOf, type Blocker, type Wait } from './wait.ts'

/** What one session of the server is doing. */
export interface SessionStatus {
  readonly who: Blocker
  readonly user: string
  /** What it runs, passwords masked; undefined while it runs nothing. */
  readonly statement: string | undefined
  /** For how long it has waited, in milliseconds, or, while it does not wait, has run or been idle, in whole seconds. */
  readonly milliseconds: number
  readonly transactionOpen: boolean
  /** Undefined while it waits for nobody, as far as is seen. */
  readonly wait: Wait | undefined
}

/** Who waits for whom. */
export interface WaitForGraph {
  /** Those that wait first, then those with a transaction, then the rest. */
  readonly sessions: readonly SessionStatus[]
  /** What could not be asked, and why. */
  readonly unavailable: readonly string[]
  /** For people, a few short lines for each session. */
  toString(): string
}

/** What one look can't prove, so many may, so many milliseconds apart. */
const LOOKS = 7
const APART = 5

export async function waitForGraph(view: ServerView, known: KnownSessions): Promise<WaitForGraph> {
  const listed = (await view.processes()).filter(({ id }) => !known.isObserver(id))
  const undecided = new Map(
    listed.flatMap(({ id, sql }) =>
      sql === undefined ? [] : [[id, new StatementJudge({ connectionId: id, sql }, view, known)] as const],
    ),
  )
  const { transactions } = await view.glance({ ddl: false, userLocks: [] })
  const open = new Set(transactions.map(({ connectionId }) => connectionId))
  const waits = new Map<number, Wait>()
  for (let looks = 0; looks < LOOKS && undecided.size > 0; looks++) {
    if (looks > 0) await sleep(systemClock, APART)
    const found = await examine(view, [...undecided.values()])
    for (const [id, judge] of undecided) {
      const wait = found.get(judge)
      if (wait !== undefined) waits.set(id, wait)
      if (wait !== undefined || !judge.inDoubt) undecided.delete(id)
    }
  }
  const sessions = listed.map(({ id, user, sql, seconds }): SessionStatus => {
    const wait = waits.get(id)
    return {
      who: known.blocker(id),
      user,
      statement: sql === undefined ? undefined : maskPasswords(sql),
      milliseconds: wait === undefined || wait.milliseconds === 0 ? seconds * 1_000 : wait.milliseconds,
      transactionOpen: open.has(id),
      wait,
    }
  })
  const sorted = sessions.toSorted((a, b) => rankOf(a) - rankOf(b) || a.who.connectionId - b.who.connectionId)
  const { unavailable } = view
  return { sessions: sorted, unavailable, toString: () => printed(sorted, unavailable) }
}

function rankOf({ wait, transactionOpen, statement }: SessionStatus): number {
  return wait !== undefined ? 0 : transactionOpen ? 1 : statement !== undefined ? 2 : 3
}

function printed(sessions: readonly SessionStatus[], unavailable: readonly string[]): string {
  const shown = sessions.filter((each) => each.who.name !== undefined || rankOf(each) < 3)
  const others = sessions.length - shown.length
  return [
    ...shown.flatMap(linesOf),
    ...(others === 0 ? [] : [`${others} other ${others === 1 ? 'connection' : 'connections'}: idle`]),
    ...unavailable.map((reason) => `not seen: ${reason}`),
  ].join('\n')
}

function linesOf({ who, statement, milliseconds, transactionOpen, wait }: SessionStatus): string[] {
  const doing = statement?.replace(/\s+/g, ' ') ?? 'idle'
  const lasting = wait === undefined ? [] : [`  ${describeWait(wait)}, for ${Math.round(milliseconds)} ms`]
  return [`${nameOf(who)}: ${doing}${transactionOpen && wait === undefined ? ' (in a transaction)' : ''}`, ...lasting]
}
