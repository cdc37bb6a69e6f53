import { expect, test } from 'vitest-tidb'

test('what a transaction wrote is invisible to other sessions until COMMIT', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 50)`
  const { writer, reader } = await sessions('writer', 'reader')
  await writer.run`BEGIN`
  await writer.run`UPDATE account SET balance = 70 WHERE id = 1`
  await writer.run`INSERT INTO account VALUES (3, 30)`
  await writer.run`DELETE FROM account WHERE id = 2`
  await expect(reader.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 100 },
    { id: 2, balance: 50 },
  ])
  await writer.run`COMMIT`
  await expect(reader.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 70 },
    { id: 3, balance: 30 },
  ])
})

test('a transaction reads its own writes before they are committed', async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT, KEY by_balance (balance))`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 50)`
  await db.run`BEGIN`
  await db.run`UPDATE account SET balance = balance - 30 WHERE id = 1`
  await db.run`INSERT INTO account VALUES (3, 70)`
  await expect(db.query`SELECT id FROM account USE INDEX (by_balance) WHERE balance = 70 ORDER BY id`).toReturnRows([
    { id: 1 },
    { id: 3 },
  ])
  await expect(db.query`SELECT SUM(balance) AS total FROM account`).toReturnRows([{ total: '190' }])
  await db.run`COMMIT`
  await expect(db.query`SELECT SUM(balance) AS total FROM account`).toReturnRows([{ total: '190' }])
})

test('COMMIT without an open transaction changes nothing', async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY)`
  await db.run`INSERT INTO account VALUES (1)`
  await expect(db.run`COMMIT`).toAffectRows(0)
  await expect(db.query`SELECT id FROM account`).toReturnRows([{ id: 1 }])
})

test('a transfer is seen whole or not at all by a reader that keeps reading', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 0)`
  const { writer, reader } = await sessions('writer', 'reader')
  const totals: number[] = []
  const written = new AbortController()
  const read = async (): Promise<void> => {
    while (!written.signal.aborted) {
      // By key: on unistore, a scan beside DDL of other tests was seen, rarely, to miss rows.
      const rows = await reader.query<{ balance: number }>`SELECT balance FROM account WHERE id IN (1, 2)`
      totals.push(rows.reduce((total, row) => total + row.balance, 0))
    }
  }
  const write = async (): Promise<void> => {
    try {
      for (let transfer = 0; transfer < 50; transfer++) {
        await writer.transaction(async (tx) => {
          await tx.run`UPDATE account SET balance = balance - 1 WHERE id = 1`
          await tx.run`UPDATE account SET balance = balance + 1 WHERE id = 2`
        })
      }
    } finally {
      written.abort()
    }
  }
  await Promise.all([read(), write()])
  expect(totals.length).toBeGreaterThan(0)
  expect(totals.filter((total) => total !== 100)).toEqual([])
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 50 },
    { id: 2, balance: 50 },
  ])
})

test('transaction() commits what its body did and resolves to what its body returned', async ({ db, sessions }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY)`
  const { reader } = await sessions('reader')
  const inserted = await db.transaction(async (tx) => {
    const { affectedRows } = await tx.run`INSERT INTO account VALUES (1), (2)`
    return affectedRows
  })
  expect(inserted).toBe(2)
  await expect(reader.query`SELECT id FROM account ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
})
