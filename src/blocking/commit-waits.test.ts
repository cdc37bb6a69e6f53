import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { observed, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const SCHEMA = 'CREATE TABLE t (id INT PRIMARY KEY, v INT, email VARCHAR(30) UNIQUE); INSERT INTO t VALUES (1, 0, NULL)'

test('a write outside of a transaction is blocked while it commits', async ({
  db,
  observed: { observer, alice, bob },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  const update = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  expect(shortly(await waitOf(observer, update))).toEqual(['row-lock', 'row t(1)', ['alice'], 'lock view'])
  await alice.run`COMMIT`
  await update.result()
  expect(update.status).toBe('done')
})

test('an INSERT outside of a transaction is blocked by the same unique key', async ({
  db,
  observed: { observer, alice, bob },
}) => {
  await db.script(SCHEMA)
  await alice.script("BEGIN; INSERT INTO t VALUES (2, 0, 'z')")
  const insert = bob.start`INSERT INTO t VALUES (3, 0, ${'z'})`
  expect(shortly(await waitOf(observer, insert))).toEqual([
    'unique-key',
    "unique key t.email('z')",
    ['alice'],
    'lock view',
  ])
  await alice.run`ROLLBACK`
  await insert.result()
})

test('a COMMIT of an optimistic transaction is blocked by a pessimistic one', async ({
  db,
  observed: { observer, alice, bob },
}) => {
  await db.script(SCHEMA)
  await alice.script('BEGIN PESSIMISTIC; UPDATE t SET v = 1 WHERE id = 1')
  await bob.script('BEGIN OPTIMISTIC; UPDATE t SET v = 2 WHERE id = 1')
  const commit = bob.start`COMMIT`
  expect(shortly(await waitOf(observer, commit))).toEqual(['row-lock', 'row t(1)', ['alice'], 'lock view'])
  await alice.run`ROLLBACK`
  await commit.result()
})
