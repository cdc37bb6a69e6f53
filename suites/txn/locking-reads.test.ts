import { expect, test, type Session } from 'vitest-tidb'

async function twoTables(db: Session): Promise<void> {
  await db.script(`
    CREATE TABLE item (id INT PRIMARY KEY, stock INT, shelf INT, KEY by_shelf (shelf));
    CREATE TABLE price (item_id INT PRIMARY KEY, amount INT);
    INSERT INTO item VALUES (1, 10, 7), (2, 20, 7), (3, 30, 8);
    INSERT INTO price VALUES (1, 100), (2, 200), (3, 300)`)
}

test('FOR UPDATE OF locks the rows of one table of a join, and leaves the other free', async ({ db, sessions }) => {
  await twoTables(db)
  const { alice, bob, carol } = await sessions('alice', 'bob', 'carol')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.query`SELECT item.id FROM item JOIN price ON price.item_id = item.id WHERE item.id = 1 FOR UPDATE OF item`
  await expect(carol.run`UPDATE price SET amount = 101 WHERE item_id = 1`).toAffectRows(1)
  const update = bob.start`UPDATE item SET stock = 9 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`ROLLBACK`
  await expect(update).toAffectRows(1)
})

test('a locking read by a secondary index locks the rows that it finds, not those of other values', async ({
  db,
  sessions,
}) => {
  await twoTables(db)
  const { alice, bob, carol } = await sessions('alice', 'bob', 'carol')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.query`SELECT id FROM item WHERE shelf = 7 FOR UPDATE`
  await expect(carol.run`UPDATE item SET stock = 31 WHERE id = 3`).toAffectRows(1)
  const update = bob.start`UPDATE item SET stock = 21 WHERE id = 2`
  await expect(update).toBeBlockedBy(alice)
  await expect(update).toBeBlockedOn('row item(2)')
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
})

test('a row that is found by its old value is judged anew after the wait, by the value that was committed', async ({
  db,
  sessions,
}) => {
  await twoTables(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE item SET shelf = 9 WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const update = bob.start`UPDATE item SET stock = stock + 1 WHERE id = 1 AND shelf = 7`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(update).toAffectRows(0)
  await bob.run`COMMIT`
  await expect(db.query`SELECT stock, shelf FROM item WHERE id = 1`).toReturnRows([{ stock: 10, shelf: 9 }])
})

test('a locking read sees the newest committed value, a plain read of the same transaction its snapshot', async ({
  db,
  sessions,
}) => {
  await twoTables(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await bob.run`BEGIN PESSIMISTIC`
  await expect(bob.query`SELECT stock FROM item WHERE id = 1`).toReturnRows([{ stock: 10 }])
  await alice.run`UPDATE item SET stock = 11 WHERE id = 1`
  await expect(bob.query`SELECT stock FROM item WHERE id = 1`).toReturnRows([{ stock: 10 }])
  await expect(bob.query`SELECT stock FROM item WHERE id = 1 FOR UPDATE`).toReturnRows([{ stock: 11 }])
  await bob.run`COMMIT`
})

// TiDB parses LOCK IN SHARE MODE and FOR SHARE only where tidb_enable_noop_functions allows what does nothing.
// Source: docs.pingcap.com, "MySQL Compatibility", unsupported features.
test('a shared lock is refused rather than pretended', async ({ db }) => {
  await twoTables(db)
  await expect(db.query`SELECT id FROM item WHERE id = 1 FOR SHARE`).toFailWith(1235)
  await expect(db.query`SELECT id FROM item WHERE id = 1 LOCK IN SHARE MODE`).toFailWith(1235)
})

test('WAIT gives a locking read its own limit, and the transaction stays open', async ({ db, sessions }) => {
  await twoTables(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE item SET stock = 0 WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  await bob.run`UPDATE item SET stock = 0 WHERE id = 2`
  const read = bob.start`SELECT id FROM item WHERE id = 1 FOR UPDATE WAIT 1`
  await expect(read).toBeBlockedBy(alice)
  await expect(read).toFailWith('ER_LOCK_WAIT_TIMEOUT')
  await bob.run`COMMIT`
  await expect(db.query`SELECT stock FROM item WHERE id = 2`).toReturnRows([{ stock: 0 }])
})
