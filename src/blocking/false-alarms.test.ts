import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import type { Session } from '../connections/session.ts'
import type { StartedStatement } from '../connections/started-statement.ts'
import { describeWait, type StatementState } from './wait.ts'
import { type Observed, observed } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const UPDATES = 400

/** Updates rows that nobody else touches, in transactions, while an observer looks as often as it can. */
async function alarmsAmong(sessions: readonly Session[], { observer }: Observed): Promise<string[]> {
  const alarms: string[] = []
  const underWay = new Map<Session, StartedStatement>()
  const writing = new Set(sessions)
  const write = async (session: Session, id: number): Promise<void> => {
    for (let done = 0; done < UPDATES / sessions.length; done++) {
      await session.run`BEGIN PESSIMISTIC`
      const update =
        done % 2 === 0
          ? session.start`UPDATE t SET v = v + 1 WHERE id = ${id}`
          : session.start`INSERT INTO t VALUES (${id + 100 * (done + 1)}, 0, ${`${id} ${done}`})`
      underWay.set(session, update)
      const state = await observer.endedOrBlocked(update)
      if (state.status !== 'done') alarms.push(shown(state))
      await update.result()
      await session.run`COMMIT`
    }
    writing.delete(session)
  }
  const watch = async (): Promise<void> => {
    while (writing.size > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const states = await Promise.all([...underWay.values()].map((update) => observer.look(update)))
      alarms.push(...states.filter(({ status }) => status === 'blocked').map(shown))
    }
  }
  await Promise.all([...sessions.map((session, index) => write(session, index + 1)), watch()])
  return alarms
}

function shown(state: StatementState): string {
  return state.status === 'blocked' ? describeWait(state.wait) : state.status
}

for (const count of [2, 8]) {
  test(`${count} sessions that write rows of their own are never blocked`, async ({ db, observed }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT, name VARCHAR(30) UNIQUE)`
    for (let id = 1; id <= count; id++) await db.run`INSERT INTO t VALUES (${id}, 0, ${`row ${id}`})`
    const sessions = await Promise.all(Array.from({ length: count }, (_, index) => observed.open(`writer ${index}`)))
    expect(await alarmsAmong(sessions, observed)).toEqual([])
  })
}
