import { describe, expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { Secret } from '../logging/secret.ts'
import { finish, observed, observerAt, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const SCHEMA = `CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0), (2, 0);
  CREATE TABLE source (id INT PRIMARY KEY, v INT); INSERT INTO source VALUES (1, 5), (9, 5)`

describe('a statement whose keys its text does not tell', () => {
  test('is blocked by the only transaction that holds anything', async ({
    db,
    observed: { observer, alice, bob, carol },
  }) => {
    await db.script(SCHEMA)
    await alice.script('BEGIN; INSERT INTO t VALUES (9, 0)')
    await carol.script('BEGIN; SELECT * FROM t')
    await bob.run`BEGIN`
    const insert = bob.start`INSERT INTO t SELECT * FROM source WHERE id > 5`
    expect(shortly(await waitOf(observer, insert))).toEqual(['unknown', undefined, ['alice'], 'only open transaction'])
    await alice.run`ROLLBACK`
    await insert.result()
  })

  test('is blocked by somebody, when several may hold what it wants', async ({
    db,
    observed: { observer, alice, bob, carol },
  }) => {
    await db.script(SCHEMA)
    await alice.script('BEGIN; INSERT INTO t VALUES (9, 0)')
    await carol.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
    await bob.run`BEGIN`
    const insert = bob.start`INSERT INTO t SELECT * FROM source WHERE id > 5`
    const { blockers, candidates, evidence, milliseconds } = await waitOf(observer, insert)
    expect({ blockers, evidence }).toEqual({ blockers: [], evidence: 'age' })
    expect(candidates.map(({ name }) => name).toSorted()).toEqual(['alice', 'carol'])
    expect(milliseconds).toBeGreaterThanOrEqual(50)
    await alice.run`ROLLBACK`
    await insert.result()
  })

  test('is told by the server when it is one of several in a text', async ({
    db,
    observed: { observer, alice, bob },
  }) => {
    await db.script(SCHEMA)
    await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 2')
    const updates = bob.start`BEGIN; UPDATE t SET v = 2 WHERE id = 1; UPDATE t SET v = 2 WHERE id = 2; COMMIT`
    expect(shortly(await waitOf(observer, updates))).toEqual(['row-lock', 'row t(2)', ['alice'], 'MVCC'])
    await alice.run`ROLLBACK`
    await updates.result()
  })

  test('is told by its plan when it was prepared', async ({ db, observed: { observer, alice, bob } }) => {
    await db.script(SCHEMA)
    await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 2')
    await bob.script("PREPARE change_row FROM 'UPDATE t SET v = 2 WHERE id = ?'; SET @id = 2; BEGIN")
    const update = bob.start`EXECUTE change_row USING @id`
    expect(shortly(await waitOf(observer, update))).toEqual(['row-lock', 'row t(2)', ['alice'], 'MVCC'])
    await alice.run`ROLLBACK`
    await update.result()
  })
})

test('a statement that has ended is not asked about', async ({ db, observed: { observer, alice } }) => {
  await db.script(SCHEMA)
  const read = alice.start`SELECT * FROM t`
  await read.result()
  expect(await observer.endedOrBlocked(read)).toEqual({ status: 'done' })
  const wrong = alice.start`SELECT * FROM nowhere`
  expect(await observer.endedOrBlocked(wrong)).toMatchObject({ status: 'failed', error: { errno: 1146 } })
  expect(wrong.unseenError).toMatchObject({ errno: 1146 })
  await finish(wrong)
})

test('a statement that only takes long is undecided, and not called blocked', async ({
  observed: { observer, alice },
}) => {
  const sleeping = alice.start`SELECT SLEEP(600)`
  await expect(observer.endedOrBlocked(sleeping, { timeout: 150 })).rejects.toMatchObject({
    code: 'BLOCKING_UNDECIDED',
    message: expect.stringMatching(/after 150 ms .*neither ended nor .*\n {2}session alice: SELECT SLEEP\(600\)/),
  })
  expect(sleeping.status).toBe('running')
  await alice.kill()
  await finish(sleeping)
})

test('a statement that waits for the one before it on its own session is not blocked', async ({
  db,
  observed: { observer, alice, bob },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  await bob.run`BEGIN`
  const first = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  const second = bob.start`UPDATE t SET v = 2 WHERE id = 2`
  await waitOf(observer, first)
  expect(await observer.look(second)).toEqual({ status: 'running' })
  await expect(observer.endedOrBlocked(second, { timeout: 50 })).rejects.toThrow(/has not been sent/)
  await alice.run`ROLLBACK`
  expect(await observer.endedOrBlocked(second)).toEqual({ status: 'done' })
})

test('a statement that is blocked, released and blocked again is seen each time', async ({
  db,
  observed: { observer, alice, bob, carol },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  await carol.script('BEGIN; UPDATE t SET v = 1 WHERE id = 2')
  await bob.run`BEGIN`
  const update = bob.start`UPDATE t SET v = 2 WHERE id IN (1, 2)`
  expect((await waitOf(observer, update)).blockers.map(({ name }) => name).toSorted()).toEqual(['alice', 'carol'])
  await alice.run`ROLLBACK`
  await expect.poll(async () => (await waitOf(observer, update)).blockers.map(({ name }) => name)).toEqual(['carol'])
  await carol.run`ROLLBACK`
  expect(await observer.endedOrBlocked(update)).toEqual({ status: 'done' })
  expect(update.status).toBe('done')
})

test('whoever awaits a verdict is told when it will not come', async ({ observed: { observer, alice } }) => {
  const sleeping = alice.start`SELECT SLEEP(600)`
  const controller = new AbortController()
  const aborted = observer.endedOrBlocked(sleeping, { signal: controller.signal })
  controller.abort(new Error('the test timed out'))
  await expect(aborted).rejects.toThrow('the test timed out')
  const verdict = observer.endedOrBlocked(sleeping)
  await Promise.all([expect(verdict).rejects.toMatchObject({ code: 'BLOCKING_CLOSED' }), observer.close()])
  await expect(observer.endedOrBlocked(sleeping)).rejects.toMatchObject({ code: 'BLOCKING_CLOSED' })
  await alice.kill()
  await finish(sleeping)
})

test('an observer with few privileges sees less, says what it was refused, and still never guesses', async ({
  db,
  tidb,
  observed: { alice, bob },
}) => {
  await db.script(`${SCHEMA}; CREATE USER short_sighted IDENTIFIED BY 'pw'`)
  const endpoint = { ...tidb.endpoint, user: 'short_sighted', password: new Secret('pw') }
  const observer = observerAt(endpoint, () => [alice, bob])
  try {
    await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
    await bob.run`BEGIN`
    const update = bob.start`UPDATE t SET v = 2 WHERE id = 1`
    expect((await observer.waitForGraph()).unavailable).not.toEqual([])
    const verdict = observer.endedOrBlocked(update, { timeout: 200 })
    await expect(verdict).rejects.toMatchObject({
      code: 'BLOCKING_UNDECIDED',
      remedy: expect.stringMatching(/Not asked: data_lock_waits: .*PROCESS[^]*Not asked: TIDB_MVCC_INFO: .*SUPER/),
    })
    await alice.run`ROLLBACK`
    await update.result()
  } finally {
    await observer.close()
    await db.run`DROP USER short_sighted`
  }
})
