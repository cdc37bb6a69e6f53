import { expect } from 'vitest'
import { openSession, openWire, sessionOver } from '../../connections/open-session.ts'
import type { Endpoint } from '../../connections/endpoint.ts'
import type { Session } from '../../connections/session.ts'
import type { StartedStatement } from '../../connections/started-statement.ts'
import { BlockingObserver } from '../blocking-observer.ts'
import type { Wait } from '../wait.ts'

/** Sessions on a clean database, and an observer who knows them. */
export interface Observed {
  readonly observer: BlockingObserver
  readonly alice: Session
  readonly bob: Session
  readonly carol: Session
  open(name: string): Promise<Session>
}

/** To be given to `test.extend('observed', …)`. */
export async function observed(
  { db, tidb }: { readonly db: Session; readonly tidb: { readonly endpoint: Endpoint } },
  { onCleanup }: { onCleanup(cleanup: () => Promise<void>): void },
): Promise<Observed> {
  const { endpoint } = tidb
  const sessions: Session[] = []
  const observer = observerAt(endpoint, () => sessions)
  const open = async (name: string): Promise<Session> => {
    const wire = await openWire({ endpoint, database: db.database ?? '' })
    const session = sessionOver(wire, { name, hooks: [observer.hookOf(wire.connectionId)] })
    sessions.push(session)
    return session
  }
  const [alice, bob, carol] = await Promise.all([open('alice'), open('bob'), open('carol')])
  onCleanup(async () => {
    await observer.close()
    // First those that wait: a KILL that comes when the lock has just been released can end the server (seen on 8.5).
    await Promise.all(sessions.map((session) => session.kill()))
    await Promise.all(sessions.map((session) => session.close()))
  })
  return { observer, alice, bob, carol, open }
}

export function observerAt(endpoint: Endpoint, sessions: () => readonly Session[]): BlockingObserver {
  return new BlockingObserver({ openSession: (name) => openSession({ name, endpoint }), sessions })
}

/** The wait of a statement that has to be blocked. */
export async function waitOf(observer: BlockingObserver, statement: StartedStatement): Promise<Wait> {
  const state = await observer.endedOrBlocked(statement)
  expect(state).toMatchObject({ status: 'blocked' })
  return (state as { wait: Wait }).wait
}

/** A wait in short, to be compared. */
export function shortly({ kind, target, blockers, evidence }: Wait): readonly unknown[] {
  return [kind, target, blockers.map(({ name }) => name), evidence]
}

/** Sends a text that may hold anything; its outcome does not matter. */
export async function finish(statement: StartedStatement): Promise<void> {
  await Promise.allSettled([statement.result()])
}
