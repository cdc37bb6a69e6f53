import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { BlockingObserver } from './blocking-observer.ts'
import { openSession } from '../connections/open-session.ts'

const test = tidbTest.extend('observed', async ({ db, tidb, sessions }, { onCleanup }) => {
  await db.script(
    'CREATE TABLE t (id INT PRIMARY KEY, v INT, email VARCHAR(30) UNIQUE); INSERT INTO t VALUES (1, 0, NULL), (2, 0, NULL)',
  )
  const { alice, bob } = await sessions('alice', 'bob')
  const observer = new BlockingObserver({
    openSession: (name) => openSession({ name, endpoint: tidb.endpoint }),
    sessions: () => [alice, bob],
  })
  onCleanup(() => observer.close())
  return { observer, alice, bob }
})

test('a writer is blocked by the transaction that has locked its row', async ({
  observed: { observer, alice, bob },
}) => {
  await alice.run`BEGIN`
  await alice.run`UPDATE t SET v = 1 WHERE id = 1`
  const update = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  const state = await observer.endedOrBlocked(update)
  expect(state).toMatchObject({ status: 'blocked', wait: { blockers: [{ name: 'alice' }] } })
  expect(update.status).toBe('blocked')
  console.log(String(await observer.waitForGraph()))
  await alice.run`COMMIT`
  await update.result()
  expect(await observer.endedOrBlocked(update)).toEqual({ status: 'done' })
})
test('a schema change is blocked by the transaction that uses the table', async ({
  observed: { observer, alice, bob },
}) => {
  await alice.run`BEGIN`
  await alice.query`SELECT * FROM t`
  const change = bob.start`ALTER TABLE t ADD COLUMN w INT`
  const state = await observer.endedOrBlocked(change)
  expect(state).toMatchObject({ status: 'blocked', wait: { kind: 'metadata-lock', blockers: [{ name: 'alice' }] } })
  console.log(String(await observer.waitForGraph()))
  await alice.run`COMMIT`
  await change.result()
})
