import { expect, test } from 'vitest-tidb'
import { mustSeeLocks } from './lock-sight.ts'

const table = {
  setup: ['CREATE TABLE t (id INT PRIMARY KEY, v INT)', 'INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)'],
}

test('two readers that lock wait for one writer, and go on together', async ({ isolation }) => {
  const queue = isolation({
    ...table,
    sessions: {
      alice: { begin: 'BEGIN', write: 'UPDATE t SET v = 1', commit: 'COMMIT' },
      bob: { read: 'UPDATE t SET v = v + 1 WHERE id = 1' },
      carol: { read: 'UPDATE t SET v = v + 1 WHERE id = 2' },
    },
  })
  const report = await queue.permutation('alice.begin', 'alice.write', 'carol.read', 'bob.read', 'alice.commit')
  // Whoever was first to go on: those that one COMMIT lets go are reported as they were sent.
  expect(report.events.map(({ kind, record }) => `${record.session} ${kind}`)).toEqual([
    'alice ended',
    'alice ended',
    'carol waiting',
    'bob waiting',
    'alice ended',
    'carol completed',
    'bob completed',
  ])
})

test('a chain: carol waits for bob, who waits for alice', async ({ isolation }) => {
  const chain = isolation({
    ...table,
    sessions: {
      alice: { begin: 'BEGIN', one: 'UPDATE t SET v = 1 WHERE id = 1', commit: 'COMMIT' },
      bob: {
        begin: 'BEGIN',
        two: 'UPDATE t SET v = 2 WHERE id = 2',
        one: 'UPDATE t SET v = 2 WHERE id = 1',
        commit: 'COMMIT',
      },
      carol: { two: 'UPDATE t SET v = 3 WHERE id = 2' },
    },
  })
  expect(
    await chain.permutation(
      'alice.begin',
      'bob.begin',
      'alice.one',
      'bob.two',
      'bob.one',
      'carol.two',
      'alice.commit',
      'bob.commit',
    ),
  ).toMatchInlineSnapshot(`
    alice.begin
    bob.begin
    alice.one     1 row
    bob.two       1 row
    bob.one       <waiting on alice: row t(1)>
    carol.two     <waiting on bob: row t(2)>
    alice.commit
    bob.one       <... completed>  1 row
    bob.commit
    carol.two     <... completed>  1 row
  `)
})

test('a ring of three is a deadlock, and one of them is the victim in every order', async ({ isolation, db, tidb }) => {
  await mustSeeLocks(db, tidb)
  const ring = isolation({
    ...table,
    sessions: {
      alice: { one: 'BEGIN; UPDATE t SET v = 1 WHERE id = 1', two: 'UPDATE t SET v = 1 WHERE id = 2', end: 'COMMIT' },
      bob: { two: 'BEGIN; UPDATE t SET v = 1 WHERE id = 2', three: 'UPDATE t SET v = 1 WHERE id = 3', end: 'COMMIT' },
      carol: { three: 'BEGIN; UPDATE t SET v = 1 WHERE id = 3', one: 'UPDATE t SET v = 1 WHERE id = 1', end: 'COMMIT' },
    },
  })
  const report = await ring.permutation(
    'alice.one',
    'bob.two',
    'carol.three',
    'alice.two',
    'bob.three',
    'carol.one',
    'carol.end',
    'bob.end',
    'alice.end',
  )
  expect(report).toMatchInlineSnapshot(`
    alice.one    1 row
    bob.two      1 row
    carol.three  1 row
    alice.two    <waiting on bob: row t(2)>
    bob.three    <waiting on carol: row t(3)>
    carol.one    ER_LOCK_DEADLOCK 1213
    bob.three    <... completed>  1 row
    carol.end
    bob.end
    alice.two    <... completed>  1 row
    alice.end
  `)
  const some = await ring.everyInterleaving({ sample: 10, seed: 7 }, (each) => {
    const victims = each.records.filter(({ error }) => error?.symbol === 'ER_LOCK_DEADLOCK')
    expect(victims.length).toBeLessThanOrEqual(1)
  })
  expect(some).toHaveLength(10)
})
