import { expect, test } from 'vitest-tidb'

test('a writer waits for the row lock and goes on at commit', async ({ db, sessions }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 0)`
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN`
  await alice.run`UPDATE t SET v = 2 WHERE id = 1`
  const update = bob.start`UPDATE t SET v = 3 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
})
