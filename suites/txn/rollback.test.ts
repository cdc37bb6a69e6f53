import { expect, test } from 'vitest-tidb'

test('ROLLBACK undoes inserts, updates and deletes', async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT, KEY by_balance (balance))`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 50)`
  await db.run`BEGIN`
  await db.run`INSERT INTO account VALUES (3, 30)`
  await db.run`UPDATE account SET balance = 0 WHERE id = 1`
  await db.run`DELETE FROM account WHERE id = 2`
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 0 },
    { id: 3, balance: 30 },
  ])
  await db.run`ROLLBACK`
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 100 },
    { id: 2, balance: 50 },
  ])
  await expect(db).toPassAdminCheck('account')
})

test('transaction() rolls back and passes the error on when its body throws', async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY)`
  const overdrawn = new Error('the account is overdrawn')
  const transfer = db.transaction(async (tx) => {
    await tx.run`INSERT INTO account VALUES (1)`
    throw overdrawn
  })
  await expect(transfer).rejects.toBe(overdrawn)
  await expect(db.query`SELECT id FROM account`).toReturnNothing()
})

test('the end of a session rolls its transaction back and frees its locks', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100)`
  const { leaver, waiter } = await sessions('leaver', 'waiter')
  await leaver.run`BEGIN PESSIMISTIC`
  await leaver.run`UPDATE account SET balance = 0 WHERE id = 1`
  await waiter.run`BEGIN PESSIMISTIC`
  const update = waiter.start`UPDATE account SET balance = balance + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(leaver)
  await leaver.close()
  await expect(update).toAffectRows(1)
  await waiter.run`COMMIT`
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 101 }])
})
