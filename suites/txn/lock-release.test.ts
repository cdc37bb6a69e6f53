import { expect, test, type Session } from 'vitest-tidb'

async function counter(db: Session): Promise<void> {
  await db.run`CREATE TABLE counter (id INT PRIMARY KEY, n INT)`
  await db.run`INSERT INTO counter VALUES (1, 0)`
}

test('KILL of the session that holds a lock lets the one that waits go on', async ({ db, sessions }) => {
  await counter(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE counter SET n = 100 WHERE id = 1`
  const update = bob.start`UPDATE counter SET n = n + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await db.script(`KILL ${alice.connectionId}`)
  await expect(update).toAffectRows(1)
  await expect(db.query`SELECT n FROM counter`).toReturnRows([{ n: 1 }])
})

test('those who wait for one row get it one after another, and none of their updates is lost', async ({
  db,
  sessions,
}) => {
  await counter(db)
  const { holder, ...waiting } = await sessions('holder', 'first', 'second', 'third')
  await holder.run`BEGIN PESSIMISTIC`
  await holder.run`UPDATE counter SET n = n + 1 WHERE id = 1`
  const updates = Object.values(waiting).map((session) => session.start`UPDATE counter SET n = n + 1 WHERE id = 1`)
  for (const update of updates) await expect(update).toBeBlocked()
  await holder.run`COMMIT`
  for (const update of updates) await expect(update).toAffectRows(1)
  await expect(db.query`SELECT n FROM counter`).toReturnRows([{ n: 4 }])
})

test('a statement that fails keeps the locks that its transaction had before it', async ({ db, sessions }) => {
  await counter(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE counter SET n = 5 WHERE id = 1`
  await expect(alice.run`INSERT INTO counter VALUES (1, 9)`).toFailWith('ER_DUP_ENTRY')
  const update = bob.start`UPDATE counter SET n = n + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
  await expect(db.query`SELECT n FROM counter`).toReturnRows([{ n: 6 }])
})

test('an implicit commit by DDL releases the locks', async ({ db, sessions }) => {
  await counter(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE counter SET n = 5 WHERE id = 1`
  const update = bob.start`UPDATE counter SET n = n + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`CREATE TABLE other (id INT)`
  await expect(update).toAffectRows(1)
  await expect(db.query`SELECT n FROM counter`).toReturnRows([{ n: 6 }])
})

test('a BEGIN inside a transaction commits it and releases its locks', async ({ db, sessions }) => {
  await counter(db)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE counter SET n = 5 WHERE id = 1`
  const update = bob.start`UPDATE counter SET n = n + 1 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await alice.run`BEGIN PESSIMISTIC`
  await expect(update).toAffectRows(1)
  await alice.run`ROLLBACK`
  await expect(db.query`SELECT n FROM counter`).toReturnRows([{ n: 6 }])
})

test('a session that dies in a deadlock has released its locks when it learns of it', async ({ db, sessions }) => {
  await counter(db)
  await db.run`INSERT INTO counter VALUES (2, 0)`
  const { alice, bob, carol } = await sessions('alice', 'bob', 'carol')
  await alice.run`BEGIN PESSIMISTIC`
  await bob.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE counter SET n = 1 WHERE id = 1`
  await bob.run`UPDATE counter SET n = 2 WHERE id = 2`
  const waits = alice.start`UPDATE counter SET n = 1 WHERE id = 2`
  await expect(waits).toBeBlockedBy(bob)
  await expect(bob.run`UPDATE counter SET n = 2 WHERE id = 1`).toFailWith('ER_LOCK_DEADLOCK')
  await expect(waits).toAffectRows(1)
  const third = carol.start`UPDATE counter SET n = 3 WHERE id = 2`
  await expect(third).toBeBlockedBy(alice)
  await alice.run`COMMIT`
  await expect(third).toAffectRows(1)
})
