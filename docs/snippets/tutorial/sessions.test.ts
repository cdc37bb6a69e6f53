// #region blocked
import { expect, test as base } from 'vitest-tidb'

const test = base.extend('schema', './shop.sql')

test('a writer waits for the row lock and goes on at commit', async ({
  sessions,
}) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN`
  await alice.run`UPDATE account SET balance = 90 WHERE id = 1`
  const update = bob.start`UPDATE account SET balance = balance + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await expect(update).toBeBlockedOn('row account(1)')
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
})
// #endregion blocked

// #region deadlock
test('of two transfers in opposite directions one is a deadlock', async ({
  db,
  sessions,
}) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.script('BEGIN; UPDATE account SET balance = balance - 1 WHERE id = 1')
  await bob.script('BEGIN; UPDATE account SET balance = balance - 1 WHERE id = 2')
  const ofAlice = alice.start`UPDATE account SET balance = balance + 1 WHERE id = 2`
  await expect(ofAlice).toBeBlockedBy(bob)
  await expect(
    bob.run`UPDATE account SET balance = balance + 1 WHERE id = 1`,
  ).toFailWith('ER_LOCK_DEADLOCK')
  await bob.run`ROLLBACK`
  await expect(ofAlice).toAffectRows(1)
  await alice.run`COMMIT`
  await expect(db.query`SELECT SUM(balance) AS total FROM account`).toReturnRows([
    { total: '150.00' },
  ])
})
// #endregion deadlock

// #region ddl
test('a schema change waits for whoever has read the table', async ({
  db,
  sessions,
}) => {
  const { reader, builder } = await sessions('reader', 'builder')
  await reader.run`BEGIN`
  await reader.query`SELECT * FROM account`
  const altering = builder.start`ALTER TABLE account ADD COLUMN branch INT`
  await expect(altering).toBeBlockedBy(reader)
  await expect(altering).toBeBlockedOn('metadata of account')
  await reader.run`COMMIT`
  await altering.result()
  await expect(db).toHaveColumn('account', 'branch')
})
// #endregion ddl

// #region coordinator
test('ten sessions withdraw at once, and the account is not overdrawn', async ({
  db,
  coordinator,
}) => {
  const done = await coordinator.run(
    { count: 10 },
    async ({ session, barrier }) => {
      await barrier('everybody is connected')
      const { affectedRows } =
        await session.run`UPDATE account SET balance = balance - 15 WHERE id = 1 AND balance >= 15`
      return affectedRows
    },
  )
  expect(Object.values(done).filter((rows) => rows === 1)).toHaveLength(6)
  await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([
    { balance: '10.00' },
  ])
})
// #endregion coordinator
