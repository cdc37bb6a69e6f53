import { expect, test } from 'vitest-tidb'
import { failureOf } from '../failure-of.ts'

const held = test.extend('held', async ({ db, sessions }) => {
  await db.script(
    'CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0), (2, 0)',
  )
  const { alice, bob, carol } = await sessions('alice', 'bob', 'carol')
  await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  return { alice, bob, carol }
})

held('toBeBlocked', async ({ held: { alice, bob } }) => {
  // #region toBeBlocked-passes
  const waiting = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(waiting).toBeBlocked()
  await alice.run`COMMIT`
  await expect(waiting).not.toBeBlocked()
  // #endregion toBeBlocked-passes
  const failure = await failureOf(async () => {
    // #region toBeBlocked-fails
    const free = bob.start`UPDATE t SET v = 2 WHERE id = 2`
    await expect(free).toBeBlocked()
    // #endregion toBeBlocked-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toBeBlocked.txt')
})

held('toBeBlockedBy', async ({ held: { alice, bob, carol } }) => {
  // #region toBeBlockedBy-passes
  const waiting = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(alice)
  // #endregion toBeBlockedBy-passes
  const failure = await failureOf(async () => {
    // #region toBeBlockedBy-fails
    await expect(waiting).toBeBlockedBy(carol)
    // #endregion toBeBlockedBy-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toBeBlockedBy.txt')
  await alice.run`COMMIT`
  await waiting.result()
})

held('toBeBlockedOn', async ({ held: { alice, bob } }) => {
  // #region toBeBlockedOn-passes
  const waiting = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(waiting).toBeBlockedOn('row t(1)')
  await expect(waiting).toBeBlockedOn({ table: 't', key: 1 })
  // #endregion toBeBlockedOn-passes
  const failure = await failureOf(async () => {
    // #region toBeBlockedOn-fails
    await expect(waiting).toBeBlockedOn('row t(2)')
    // #endregion toBeBlockedOn-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toBeBlockedOn.txt')
  await alice.run`COMMIT`
  await waiting.result()
})

held('toStayBlocked', async ({ held: { alice, bob } }) => {
  // #region toStayBlocked-passes
  const waiting = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(waiting).toStayBlocked({ for: 100 })
  // #endregion toStayBlocked-passes
  await alice.run`COMMIT`
  await waiting.result()
  const failure = await failureOf(async () => {
    // #region toStayBlocked-fails
    const free = bob.start`UPDATE t SET v = 2 WHERE id = 2`
    await expect(free).toStayBlocked({ for: 100 })
    // #endregion toStayBlocked-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toStayBlocked.txt')
})
