import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { observed, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const SCHEMA = 'CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0), (2, 0)'

test('a chain of waits is seen link by link', async ({ db, observed: { observer, alice, bob, carol } }) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  await bob.script('BEGIN; UPDATE t SET v = 2 WHERE id = 2')
  const first = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await carol.script('BEGIN')
  const second = carol.start`UPDATE t SET v = 3 WHERE id = 2`
  expect(shortly(await waitOf(observer, first))).toEqual(['row-lock', 'row t(1)', ['alice'], 'MVCC'])
  expect(shortly(await waitOf(observer, second))).toEqual(['row-lock', 'row t(2)', ['bob'], 'MVCC'])

  const graph = await observer.waitForGraph()
  expect(String(graph).replaceAll(/\d+ ms/g, 'N ms')).toContain(
    [
      'bob: UPDATE t SET v = 2 WHERE id = 1',
      '  waits for alice: row t(1), for N ms',
      'carol: UPDATE t SET v = 3 WHERE id = 2',
      '  waits for bob: row t(2), for N ms',
      'alice: idle (in a transaction)',
    ].join('\n'),
  )
  expect(graph.sessions.find(({ who }) => who.name === 'bob')).toMatchObject({
    who: { session: bob, connectionId: bob.connectionId },
    transactionOpen: true,
    wait: { blockers: [{ session: alice }], on: { table: 't', key: '1' } },
  })
  await alice.run`COMMIT`
  await first.result()
  await bob.run`COMMIT`
  await second.result()
})

test('who waits behind another for the same row waits for the one who has it', async ({
  db,
  observed: { observer, alice, bob, carol },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  await bob.script('BEGIN')
  await carol.script('BEGIN')
  const first = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  const second = carol.start`UPDATE t SET v = 3 WHERE id = 1`
  expect((await waitOf(observer, first)).blockers.map(({ name }) => name)).toEqual(['alice'])
  expect((await waitOf(observer, second)).blockers.map(({ name }) => name)).toEqual(['alice'])
  await alice.run`COMMIT`
  // Either of the two may be the next.
  const next = await Promise.race([first, second].map(async (each) => (await each.result(), each)))
  const other = next === first ? second : first
  expect((await waitOf(observer, other)).blockers).toMatchObject([{ name: next.session.name }])
  await next.session.run`COMMIT`
  await other.result()
})

test('the graph shows schema changes and user locks too', async ({ db, observed: { observer, alice, bob, carol } }) => {
  await db.script(SCHEMA)
  const name = `graph of ${process.pid}`
  await alice.script(`BEGIN; SELECT * FROM t; SELECT GET_LOCK('${name}', 1)`)
  await alice.query`SELECT GET_LOCK(${name}, 1)`
  const change = bob.start`ALTER TABLE t ADD COLUMN w INT`
  await waitOf(observer, change)
  const taking = carol.start`SELECT GET_LOCK(${name}, 30)`
  await waitOf(observer, taking)
  const text = String(await observer.waitForGraph())
  expect(text).toMatch(
    /bob: ALTER TABLE t ADD COLUMN w INT\n {2}waits for alice: metadata of t, DDL job \d+, for \d+ ms/,
  )
  expect(text).toContain(`waits for alice: user lock '${name}', for`)
  await alice.run`COMMIT`
  await alice.query`SELECT RELEASE_ALL_LOCKS()`
  await Promise.all([change.result(), taking.result()])
})

test('passwords are not shown', async ({ observed: { observer, alice, bob } }) => {
  await alice.script('BEGIN; UPDATE mysql.user SET account_locked = account_locked')
  const create = bob.start`CREATE USER IF NOT EXISTS watched IDENTIFIED BY ${'s3cret!'}`
  const state = await observer.endedOrBlocked(create)
  const text = String(await observer.waitForGraph())
  expect(
    text + JSON.stringify(state, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain('s3cret!')
  await alice.run`ROLLBACK`
  await create.result()
  await bob.run`DROP USER watched`
})
