import { expect, test, type Session } from 'vitest-tidb'

async function stock(db: Session): Promise<void> {
  await db.run`CREATE TABLE stock (id INT PRIMARY KEY, n INT, UNIQUE KEY by_n (n))`
  await db.run`INSERT INTO stock VALUES (1, 10), (2, 20)`
}

test('an autocommit update waits for the lock of a transaction, and acts on what that commits', async ({
  db,
  sessions,
}) => {
  await stock(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE stock SET n = 11 WHERE id = 1`
  const update = bob.start`UPDATE stock SET n = n + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
  await expect(db.query`SELECT n FROM stock WHERE id = 1`).toReturnRows([{ n: 12 }])
})

test('an autocommit insert of a key that a transaction has inserted waits, and fails when that commits', async ({
  db,
  sessions,
}) => {
  await stock(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`INSERT INTO stock VALUES (3, 30)`
  const insert = bob.start`INSERT INTO stock VALUES (3, 31)`
  await expect(insert).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(insert).toFailWith('ER_DUP_ENTRY')
})

test('REPLACE waits for the row whose unique value it takes', async ({ db, sessions }) => {
  await stock(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`SELECT id FROM stock WHERE id = 2 FOR UPDATE`
  await bob.run`BEGIN PESSIMISTIC`
  const replace = bob.start`REPLACE INTO stock VALUES (5, 20)`
  await expect(replace).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(replace).toAffectRows(2)
  await bob.run`COMMIT`
  await expect(db.query`SELECT id, n FROM stock ORDER BY id`).toReturnRows([
    { id: 1, n: 10 },
    { id: 5, n: 20 },
  ])
})

test('ON DUPLICATE KEY UPDATE waits for the row, and adds to what was committed meanwhile', async ({
  db,
  sessions,
}) => {
  await stock(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE stock SET n = 15 WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const upsert = bob.start`INSERT INTO stock VALUES (1, 0) ON DUPLICATE KEY UPDATE n = n + 1`
  await expect(upsert).toBeBlockedBy(alice)
  // Alice has locked the row and its entry in the unique index; which of them a store names is its affair.
  await expect(upsert).toBeBlockedOn({ table: 'stock' })
  await alice.run`COMMIT`
  await expect(upsert).toAffectRows(2)
  await bob.run`COMMIT`
  await expect(db.query`SELECT n FROM stock WHERE id = 1`).toReturnRows([{ n: 16 }])
})

test('INSERT … SELECT does not wait for rows that it only reads', async ({ db, sessions }) => {
  await stock(db)
  await db.run`CREATE TABLE copy (id INT PRIMARY KEY, n INT)`
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE stock SET n = 11 WHERE id = 1`
  await expect(bob.run`INSERT INTO copy SELECT id, n FROM stock WHERE id = 1`).toAffectRows(1)
  await alice.run`COMMIT`
  await expect(db.query`SELECT n FROM copy`).toReturnRows([{ n: 10 }])
})

test('a prepared statement waits and goes on like any other', async ({ db, sessions }) => {
  await stock(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await bob.script(`PREPARE increase FROM 'UPDATE stock SET n = n + ? WHERE id = ?'; SET @by = 3, @id = 1`)
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE stock SET n = 11 WHERE id = 1`
  const execute = bob.start`EXECUTE increase USING @by, @id`
  await expect(execute).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(execute).toAffectRows(1)
  await expect(db.query`SELECT n FROM stock WHERE id = 1`).toReturnRows([{ n: 14 }])
})
