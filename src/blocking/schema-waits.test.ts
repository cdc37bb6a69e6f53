import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { openSession } from '../connections/open-session.ts'
import { sql } from '../connections/sql.ts'
import { finish, observed, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const SCHEMA = 'CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)'

test('a schema change is blocked by a transaction that has used the table', async ({
  db,
  observed: { observer, alice, bob },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; SELECT * FROM t')
  const change = bob.start`ALTER TABLE t ADD COLUMN w INT`
  const wait = await waitOf(observer, change)
  expect(shortly(wait)).toEqual([
    'metadata-lock',
    expect.stringMatching(/^metadata of t, DDL job \d+$/),
    ['alice'],
    'metadata lock view',
  ])
  expect(wait.on).toMatchObject({ table: 't', job: expect.any(Number) })
  await alice.run`COMMIT`
  await change.result()
})

test('a transaction that began after the change knows the new schema and blocks nothing', async ({
  db,
  observed: { observer, alice, bob, carol },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; SELECT * FROM t')
  const change = bob.start`CREATE INDEX v ON t (v)`
  await waitOf(observer, change)
  await carol.script('BEGIN; SELECT * FROM t')
  expect((await waitOf(observer, change)).blockers.map(({ name }) => name)).toEqual(['alice'])
  await alice.run`COMMIT`
  await carol.run`COMMIT`
  await change.result()
})

test('a transaction that uses the table when the change is under way blocks its next step only', async ({
  db,
  observed: { observer, alice, bob, carol },
}) => {
  await db.script(SCHEMA)
  await carol.script('BEGIN; SELECT @@tidb_current_ts')
  await alice.script('BEGIN; SELECT * FROM t')
  const change = bob.start`ALTER TABLE t ADD COLUMN w INT`
  await waitOf(observer, change)
  await carol.query`SELECT id, v FROM t`
  expect((await waitOf(observer, change)).blockers.map(({ name }) => name)).toEqual(['alice'])
  await alice.run`COMMIT`
  await expect.poll(async () => (await waitOf(observer, change)).blockers.map(({ name }) => name)).toEqual(['carol'])
  await carol.run`COMMIT`
  await change.result()
})

test('a schema change is blocked by the one whose connection nobody knows', async ({
  db,
  tidb,
  observed: { observer, bob },
}) => {
  await db.script(SCHEMA)
  await using stranger = await openSession({ name: 'stranger', endpoint: tidb.endpoint, database: db.database ?? '' })
  await stranger.script('BEGIN; SELECT * FROM t')
  const change = bob.start`ALTER TABLE t ADD COLUMN w INT`
  expect((await waitOf(observer, change)).blockers).toMatchObject([{ connectionId: stranger.connectionId }])
  await stranger.run`COMMIT`
  await change.result()
})

test('a schema change is blocked by all who have used the table', async ({
  db,
  observed: { observer, alice, bob, carol },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; SELECT * FROM t')
  await carol.script('BEGIN; UPDATE t SET v = 1')
  const change = bob.start`ALTER TABLE t MODIFY COLUMN v BIGINT`
  const { blockers } = await waitOf(observer, change)
  expect(blockers.map(({ name }) => name).toSorted()).toEqual(['alice', 'carol'])
  await alice.run`COMMIT`
  await carol.run`COMMIT`
  await change.result()
})

test('a second schema change waits for the first one', async ({ db, observed: { observer, alice, bob, carol } }) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; SELECT * FROM t')
  const first = bob.start`ALTER TABLE t ADD COLUMN w INT`
  await waitOf(observer, first)
  const second = carol.start`ALTER TABLE t ADD COLUMN x INT`
  expect(shortly(await waitOf(observer, second))).toEqual([
    'ddl-queue',
    expect.stringMatching(/^metadata of t, DDL job \d+$/),
    ['bob'],
    'DDL jobs',
  ])
  await alice.run`COMMIT`
  await Promise.all([first.result(), second.result()])
})

test('a schema change of a table that nobody uses is not blocked', async ({
  db,
  observed: { observer, alice, bob },
}) => {
  await db.script(`${SCHEMA}; CREATE TABLE other (id INT PRIMARY KEY)`)
  await alice.script('BEGIN; SELECT * FROM other')
  for (const column of ['a', 'b', 'c']) {
    const change = bob.start`ALTER TABLE t ADD COLUMN ${sql.id(column)} INT`
    expect(await observer.endedOrBlocked(change)).toEqual({ status: 'done' })
  }
  await alice.run`COMMIT`
})

test('a user is created while a transaction is open', async ({ db, observed: { observer, alice, bob } }) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; UPDATE t SET v = 1')
  const create = bob.start`CREATE USER IF NOT EXISTS observed`
  expect(await observer.endedOrBlocked(create)).toEqual({ status: 'done' })
  await finish(bob.start`DROP USER observed`)
  await alice.run`COMMIT`
})
