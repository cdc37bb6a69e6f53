import { expect, test } from 'vitest-tidb'

test('ROLLBACK TO SAVEPOINT undoes only what came after the savepoint', async ({ db }) => {
  await db.run`CREATE TABLE step (id INT PRIMARY KEY)`
  await db.run`BEGIN`
  await db.run`INSERT INTO step VALUES (1)`
  await db.run`SAVEPOINT first`
  await db.run`INSERT INTO step VALUES (2)`
  await db.run`SAVEPOINT second`
  await db.run`INSERT INTO step VALUES (3)`
  await db.run`ROLLBACK TO SAVEPOINT second`
  await expect(db.query`SELECT id FROM step ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
  await db.run`ROLLBACK TO SAVEPOINT first`
  await db.run`INSERT INTO step VALUES (4)`
  await db.run`COMMIT`
  await expect(db.query`SELECT id FROM step ORDER BY id`).toReturnRows([{ id: 1 }, { id: 4 }])
})

test('rolling back to a savepoint removes the savepoints that came after it', async ({ db }) => {
  await db.run`CREATE TABLE step (id INT PRIMARY KEY)`
  await db.run`BEGIN`
  await db.run`SAVEPOINT outer_point`
  await db.run`INSERT INTO step VALUES (1)`
  await db.run`SAVEPOINT inner_point`
  await db.run`ROLLBACK TO SAVEPOINT outer_point`
  await expect(db.run`ROLLBACK TO SAVEPOINT inner_point`).toFailWith('ER_SP_DOES_NOT_EXIST')
  await db.run`INSERT INTO step VALUES (2)`
  // The savepoint that was rolled back to is still there, and can be used again.
  await db.run`ROLLBACK TO SAVEPOINT outer_point`
  await db.run`INSERT INTO step VALUES (3)`
  await db.run`COMMIT`
  await expect(db.query`SELECT id FROM step`).toReturnRows([{ id: 3 }])
})

test('RELEASE SAVEPOINT forgets the savepoint and keeps what was written', async ({ db }) => {
  await db.run`CREATE TABLE step (id INT PRIMARY KEY)`
  await db.run`BEGIN`
  await db.run`SAVEPOINT first`
  await db.run`INSERT INTO step VALUES (1)`
  await db.run`RELEASE SAVEPOINT first`
  await expect(db.run`ROLLBACK TO SAVEPOINT first`).toFailWith(1305)
  await db.run`COMMIT`
  await expect(db.query`SELECT id FROM step`).toReturnRows([{ id: 1 }])
})

test('a savepoint takes the place of an earlier one whose name differs only in case', async ({ db }) => {
  await db.run`CREATE TABLE step (id INT PRIMARY KEY)`
  await db.run`BEGIN`
  await db.run`SAVEPOINT here`
  await db.run`INSERT INTO step VALUES (1)`
  await db.run`SAVEPOINT HERE`
  await db.run`INSERT INTO step VALUES (2)`
  await db.run`ROLLBACK TO SAVEPOINT here`
  await db.run`COMMIT`
  await expect(db.query`SELECT id FROM step`).toReturnRows([{ id: 1 }])
})

test('a savepoint ends with its transaction', async ({ db }) => {
  await db.run`BEGIN`
  await db.run`SAVEPOINT first`
  await db.run`COMMIT`
  await db.run`BEGIN`
  await expect(db.run`ROLLBACK TO SAVEPOINT first`).toFailWith('ER_SP_DOES_NOT_EXIST')
  await db.run`ROLLBACK`
})

// MySQL frees such locks at once. Source: docs.pingcap.com, "SAVEPOINT", MySQL compatibility.
test('ROLLBACK TO SAVEPOINT keeps the locks of what it undid until the transaction ends', async ({ db, sessions }) => {
  await db.run`CREATE TABLE step (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO step VALUES (1, 0)`
  const { holder, waiter } = await sessions('holder', 'waiter')
  await holder.run`BEGIN PESSIMISTIC`
  await holder.run`SAVEPOINT before_update`
  await holder.run`UPDATE step SET v = 1 WHERE id = 1`
  await holder.run`ROLLBACK TO SAVEPOINT before_update`
  await waiter.run`BEGIN PESSIMISTIC`
  const update = waiter.start`UPDATE step SET v = v + 10 WHERE id = 1`
  await expect(update).toBeBlockedBy(holder)
  await holder.run`COMMIT`
  await expect(update).toAffectRows(1)
  await waiter.run`COMMIT`
  await expect(db.query`SELECT v FROM step`).toReturnRows([{ v: 10 }])
})
