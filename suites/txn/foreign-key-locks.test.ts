import { expect, test, type Session } from 'vitest-tidb'

async function shop(db: Session): Promise<void> {
  await db.script(`
    CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(20));
    CREATE TABLE purchase (id INT PRIMARY KEY, customer_id INT, amount INT,
      CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE);
    INSERT INTO customer VALUES (1, 'ada'), (2, 'bob');
    INSERT INTO purchase VALUES (10, 1, 5)`)
}

test('an insert of a child keeps its parent from being deleted until the insert is committed', async ({
  db,
  sessions,
}) => {
  await shop(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`INSERT INTO purchase VALUES (11, 2, 7)`
  await bob.run`BEGIN PESSIMISTIC`
  const remove = bob.start`DELETE FROM customer WHERE id = 2`
  await expect(remove).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(remove).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(db.query`SELECT id FROM purchase`).toReturnRows([{ id: 10 }])
})

test('an insert of a child waits for the deletion of its parent, and then fails', async ({ db, sessions }) => {
  await shop(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`DELETE FROM customer WHERE id = 2`
  await bob.run`BEGIN PESSIMISTIC`
  const insert = bob.start`INSERT INTO purchase VALUES (11, 2, 7)`
  await expect(insert).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(insert).toFailWith('ER_NO_REFERENCED_ROW_2')
  await bob.run`ROLLBACK`
  await expect(db.query`SELECT id FROM purchase`).toReturnRows([{ id: 10 }])
})

test('an insert of a child succeeds when the deletion of its parent is rolled back', async ({ db, sessions }) => {
  await shop(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`DELETE FROM customer WHERE id = 2`
  await bob.run`BEGIN PESSIMISTIC`
  const insert = bob.start`INSERT INTO purchase VALUES (11, 2, 7)`
  await expect(insert).toBeBlockedBy(alice)
  await alice.run`ROLLBACK`
  await expect(insert).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(db.query`SELECT customer_id FROM purchase WHERE id = 11`).toReturnRows([{ customer_id: 2 }])
})

test('a cascade locks the children: an update of one waits, and then finds it gone', async ({ db, sessions }) => {
  await shop(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`DELETE FROM customer WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const update = bob.start`UPDATE purchase SET amount = 6 WHERE id = 10`
  await expect(update).toBeBlockedBy(alice)
  await expect(update).toBeBlockedOn('row purchase(10)')
  await alice.run`COMMIT`
  await expect(update).toAffectRows(0)
  await bob.run`COMMIT`
  await expect(db.query`SELECT id FROM purchase`).toReturnNothing()
})
