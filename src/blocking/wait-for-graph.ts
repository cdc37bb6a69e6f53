import { maskPasswords } from '../connections/mask-passwords.ts'
import type { Session } from '../connections/session.ts'
import { describeTarget } from './locked-key.ts'
import { ask } from './question.ts'
import type { ServerView } from './server-view.ts'
import { nameOf, type Blocker } from './wait.ts'

export interface WaitForEdge {
  readonly blocker: Blocker
  readonly target?: string
}

/** One session of the server. */
export interface SessionStatus {
  readonly who: Blocker
  /** What it runs, passwords masked; undefined while it runs nothing. */
  readonly statement: string | undefined
  /** Milliseconds that it has waited, or, while it does not wait, that its statement has run in whole seconds. */
  readonly milliseconds: number
  readonly transactionOpen: boolean
  readonly waitsFor: readonly WaitForEdge[]
}

/** Who waits for whom. */
export interface WaitForGraph {
  readonly sessions: readonly SessionStatus[]
  /** What could not be asked, and why. */
  readonly unavailable: readonly string[]
  toString(): string
}

export async function waitForGraph(
  observer: Session,
  view: ServerView,
  blocker: (connectionId: number) => Blocker,
): Promise<WaitForGraph> {
  const { transactions, lockWaits, jobs, metadataWaits } = await view.look({ ddl: true })
  const [processes] = await ask<[readonly { id: number; time: number; info: string | undefined }[]]>(observer, [
    {
      sql: 'SELECT id, time, info FROM information_schema.processlist',
      read: (rows) =>
        rows.map(({ id, time, info }) => ({
          id: Number(id),
          time: Number(time),
          info: info === null || info === undefined ? undefined : String(info),
        })),
    },
  ])
  const sessions = processes
    .filter(({ id }) => id !== observer.connectionId)
    .map(({ id, time, info }): SessionStatus => {
      const own = transactions.find(({ connectionId }) => connectionId === id)
      const job = jobs.find(({ connectionId }) => connectionId === id)
      const rows = lockWaits
        .filter(({ waiting }) => waiting === own?.id)
        .flatMap(({ holding, key }) => {
          const holder = transactions.find((transaction) => transaction.id === holding)
          return holder === undefined ? [] : [edge(blocker(holder.connectionId), describeTarget(key.target))]
        })
      const metadata = metadataWaits
        .filter((wait) => wait.job === job?.id)
        .map((wait) =>
          edge(blocker(wait.connectionId), describeTarget({ ...job, table: job?.table ?? '', job: wait.job })),
        )
      return {
        who: blocker(id),
        statement: info === undefined ? undefined : maskPasswords(info),
        milliseconds: own?.waitingSince === undefined ? (info === undefined ? 0 : time * 1_000) : own.waited,
        transactionOpen: own !== undefined,
        waitsFor: [...rows, ...metadata],
      }
    })
  return { sessions, unavailable: view.unavailable, toString: () => printed(sessions, view.unavailable) }
}

function edge(blocker: Blocker, target: string | undefined): WaitForEdge {
  return target === undefined ? { blocker } : { blocker, target }
}

function printed(sessions: readonly SessionStatus[], unavailable: readonly string[]): string {
  const lines = sessions.flatMap(({ who, statement, milliseconds, transactionOpen, waitsFor }) => [
    `${nameOf(who)}  ${statement ?? 'idle'}${transactionOpen ? '  (transaction open)' : ''}`,
    ...waitsFor.map(
      ({ blocker, target }) =>
        `  waits ${milliseconds.toFixed(0)} ms for ${nameOf(blocker)}${target === undefined ? '' : `: ${target}`}`,
    ),
  ])
  return [...lines, ...unavailable.map((reason) => `not seen: ${reason}`)].join('\n')
}
