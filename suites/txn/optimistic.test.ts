import { expect, test } from 'vitest-tidb'

test('of two optimistic writers of one row, the second to commit fails with a write conflict', async ({
  db,
  sessions,
}) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 0)`
  const { first, second } = await sessions('first', 'second')
  await first.run`BEGIN OPTIMISTIC`
  await second.run`BEGIN OPTIMISTIC`
  await expect(first.run`UPDATE account SET balance = balance - 30 WHERE id = 1`).toAffectRows(1)
  // Neither waits for the other: locks are taken at COMMIT.
  await expect(second.run`UPDATE account SET balance = balance - 50 WHERE id = 1`).toAffectRows(1)
  await second.run`UPDATE account SET balance = 50 WHERE id = 2`
  await first.run`COMMIT`
  await expect(second.run`COMMIT`).toFailWith({ name: 'ER_WRITE_CONFLICT', errno: 9007, outcome: 'transient' })
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 70 },
    { id: 2, balance: 0 },
  ])
})

test('a transaction that is repeated after a write conflict succeeds', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100)`
  const { payer, rival } = await sessions('payer', 'rival')
  let attempts = 0
  const pay = () =>
    payer.transaction(
      async (tx) => {
        attempts++
        const [read] = await tx.query<{ balance: number }>`SELECT balance FROM account WHERE id = 1`
        if (attempts === 1) await rival.run`UPDATE account SET balance = balance - 50 WHERE id = 1`
        await tx.run`UPDATE account SET balance = ${(read?.balance ?? Number.NaN) - 30} WHERE id = 1`
      },
      { mode: 'optimistic' },
    )
  await expect(pay()).toFailWith('ER_WRITE_CONFLICT')
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 50 }])
  await pay()
  expect(attempts).toBe(2)
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 20 }])
})

test('an optimistic transaction does not conflict over rows that it only read', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 0)`
  const { reader } = await sessions('reader')
  await reader.run`BEGIN OPTIMISTIC`
  await expect(reader.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 100 }])
  await db.run`UPDATE account SET balance = 70 WHERE id = 1`
  await reader.run`UPDATE account SET balance = 1 WHERE id = 2`
  await reader.run`COMMIT`
  await expect(db.query`SELECT balance FROM account ORDER BY id`).toReturnRows([{ balance: 70 }, { balance: 1 }])
})

test('SELECT FOR UPDATE makes an optimistic transaction conflict over what it read', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 0)`
  const { reader } = await sessions('reader')
  await reader.run`BEGIN OPTIMISTIC`
  await expect(reader.query`SELECT balance FROM account WHERE id = 1 FOR UPDATE`).toReturnRows([{ balance: 100 }])
  await expect(db.run`UPDATE account SET balance = 70 WHERE id = 1`).toAffectRows(1)
  await reader.run`UPDATE account SET balance = 1 WHERE id = 2`
  await expect(reader.run`COMMIT`).toFailWith(9007)
  await expect(db.query`SELECT balance FROM account ORDER BY id`).toReturnRows([{ balance: 70 }, { balance: 0 }])
})

test('an optimistic transaction learns of a duplicate key at COMMIT', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY)`
  await db.run`INSERT INTO account VALUES (1)`
  const { writer } = await sessions('writer')
  await writer.run`SET SESSION tidb_constraint_check_in_place = 0`
  await writer.run`BEGIN OPTIMISTIC`
  await writer.run`INSERT INTO account VALUES (2)`
  await expect(writer.run`INSERT INTO account VALUES (1)`).toAffectRows(1)
  await expect(writer.run`COMMIT`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query`SELECT id FROM account`).toReturnRows([{ id: 1 }])
})

test('tidb_constraint_check_in_place makes it learn of the duplicate key at once', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY)`
  await db.run`INSERT INTO account VALUES (1)`
  const { writer } = await sessions('writer')
  await writer.run`SET SESSION tidb_constraint_check_in_place = 1`
  await writer.run`BEGIN OPTIMISTIC`
  await writer.run`INSERT INTO account VALUES (2)`
  await expect(writer.run`INSERT INTO account VALUES (1)`).toFailWith('ER_DUP_ENTRY')
  await writer.run`COMMIT`
  await expect(db.query`SELECT id FROM account ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
})
