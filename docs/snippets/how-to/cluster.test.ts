// #region whole
import { expect, test } from 'vitest-tidb'

test('a lock of one server is seen by the other', async ({ db, cluster }) => {
  await db.script(
    'CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)',
  )
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  const update = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
})
// #endregion whole
