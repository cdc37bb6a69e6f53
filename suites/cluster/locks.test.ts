import { expect, test } from 'vitest-tidb'

test('a row that a session of one server has locked blocks a session of another', async ({ db, cluster }) => {
  await db.script('CREATE TABLE account (id INT PRIMARY KEY, balance INT); INSERT INTO account VALUES (1, 100)')
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE account SET balance = balance - 10 WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const waiting = bob.start`UPDATE account SET balance = balance - 20 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(alice)
  await expect(waiting).toBeBlockedOn({ kind: 'row-lock', table: 'account' })
  await alice.run`COMMIT`
  await expect(waiting).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
})

test('sessions of two servers that wait for each other: one fails with a deadlock', async ({ db, cluster }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0), (2, 0)')
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.run`BEGIN PESSIMISTIC`
  await bob.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = 1 WHERE id = 1`
  await bob.run`UPDATE t SET v = 2 WHERE id = 2`
  const ofAlice = alice.start`UPDATE t SET v = 1 WHERE id = 2`
  await expect(ofAlice).toBeBlockedBy(bob)
  const ofBob = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(ofBob).toFailWith({ name: 'ER_LOCK_DEADLOCK', errno: 1213, outcome: 'transient' })
  await bob.run`ROLLBACK`
  await expect(ofAlice).toAffectRows(1)
  await alice.run`COMMIT`
  await expect(db.query`SELECT id, v FROM t ORDER BY id`).toReturnRows([
    { id: 1, v: 1 },
    { id: 2, v: 1 },
  ])
})
