import { expect, test } from 'vitest-tidb'

test('with autocommit off, a statement opens a transaction that COMMIT ends', async ({ db, sessions }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  const { writer } = await sessions('writer')
  await writer.run`SET SESSION autocommit = 0`
  await writer.run`INSERT INTO ledger VALUES (1)`
  await expect(db.query`SELECT id FROM ledger`).toReturnNothing()
  await writer.run`COMMIT`
  await writer.run`INSERT INTO ledger VALUES (2)`
  await writer.run`ROLLBACK`
  await expect(db.query`SELECT id FROM ledger`).toReturnRows([{ id: 1 }])
})

test('with autocommit off, the first read fixes the snapshot for those that follow', async ({ db, sessions }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  const { reader } = await sessions('reader')
  await reader.run`SET SESSION autocommit = 0`
  await expect(reader.query`SELECT id FROM ledger`).toReturnNothing()
  await db.run`INSERT INTO ledger VALUES (1)`
  await expect(reader.query`SELECT id FROM ledger`).toReturnNothing()
  await reader.run`COMMIT`
  await expect(reader.query`SELECT id FROM ledger`).toReturnRows([{ id: 1 }])
})

test('turning autocommit on commits what is open', async ({ db, sessions }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  const { writer } = await sessions('writer')
  await writer.run`SET SESSION autocommit = 0`
  await writer.run`INSERT INTO ledger VALUES (1)`
  await expect(db.query`SELECT id FROM ledger`).toReturnNothing()
  await writer.run`SET SESSION autocommit = 1`
  await expect(db.query`SELECT id FROM ledger`).toReturnRows([{ id: 1 }])
})
