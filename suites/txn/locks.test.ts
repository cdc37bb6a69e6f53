import { expect, test, type Session } from 'vitest-tidb'

/** Three rows, of which `holder` has locked the first. */
async function lockFirstRow(db: Session, holder: Session): Promise<void> {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 0), (2, 0), (5, 0)`
  await holder.run`BEGIN PESSIMISTIC`
  await expect(holder.query`SELECT id FROM t WHERE id = 1 FOR UPDATE`).toReturnRows([{ id: 1 }])
}

test('a writer waits for the row lock and goes on at commit', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await alice.run`UPDATE t SET v = v + 2 WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const update = bob.start`UPDATE t SET v = v * 10 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await expect(update).toBeBlockedOn('row t(1)')
  await alice.run`COMMIT`
  await expect(update).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(db.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: 20 }])
})

test('SELECT FOR UPDATE hinders neither plain reads nor writers of other rows', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await bob.run`BEGIN PESSIMISTIC`
  await expect(bob.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: 0 }])
  await expect(bob.run`UPDATE t SET v = 1 WHERE id = 2`).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(alice.query`SELECT v FROM t WHERE id = 2 FOR UPDATE`).toReturnRows([{ v: 1 }])
})

test('NOWAIT fails at once on a locked row and leaves the transaction open', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await bob.run`BEGIN PESSIMISTIC`
  await bob.run`UPDATE t SET v = 7 WHERE id = 2`
  await expect(bob.query`SELECT v FROM t WHERE id = 1 FOR UPDATE NOWAIT`).toFailWith(3572)
  await expect(bob.query`SELECT v FROM t WHERE id = 2 FOR UPDATE NOWAIT`).toReturnRows([{ v: 7 }])
  await bob.run`COMMIT`
  await expect(db.query`SELECT v FROM t WHERE id = 2`).toReturnRows([{ v: 7 }])
})

test('a lock wait timeout fails the statement and leaves the transaction open', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await bob.run`SET SESSION innodb_lock_wait_timeout = 1`
  await bob.run`BEGIN PESSIMISTIC`
  await bob.run`UPDATE t SET v = 7 WHERE id = 2`
  await expect(bob.run`UPDATE t SET v = 7 WHERE id = 1`).toFailWith({ errno: 1205, outcome: 'transient' })
  await alice.run`ROLLBACK`
  await bob.run`UPDATE t SET v = 8 WHERE id = 1`
  await bob.run`COMMIT`
  await expect(db.query`SELECT id, v FROM t WHERE id < 5 ORDER BY id`).toReturnRows([
    { id: 1, v: 8 },
    { id: 2, v: 7 },
  ])
})

// TiDB closes a killed connection now and then, where it reads for its next statement before KILL QUERY has woken its
// reads (killQuery in pkg/server/server.go of 8.5): that is what is tried again.
const killed = 'a statement that waits for a lock can be killed, and its session goes on'
test(killed, { retry: 2 }, async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await bob.run`BEGIN PESSIMISTIC`
  await bob.run`UPDATE t SET v = 7 WHERE id = 2`
  const update = bob.start`UPDATE t SET v = 7 WHERE id = 1`
  await expect(update).toBeBlockedBy(alice)
  await bob.kill()
  await expect(update).toFailWith('ER_QUERY_INTERRUPTED')
  await bob.run`COMMIT`
  await expect(db.query`SELECT id, v FROM t WHERE id < 5 ORDER BY id`).toReturnRows([
    { id: 1, v: 0 },
    { id: 2, v: 7 },
  ])
})

const ends = [
  { end: 'COMMIT', happens: 'fails when the first is committed' },
  { end: 'ROLLBACK', happens: 'succeeds when the first is rolled back' },
] as const

test.for(ends)('the second insert of a unique value waits, and $happens', async ({ end }, { db, sessions }) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, email VARCHAR(64) UNIQUE)`
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`INSERT INTO account VALUES (1, 'a@b.c')`
  await bob.run`BEGIN PESSIMISTIC`
  const insert = bob.start`INSERT INTO account VALUES (2, 'a@b.c')`
  await expect(insert).toBeBlockedBy(alice)
  await expect(insert).toBeBlockedOn("unique key account.email('a@b.c')")
  await alice.script(end)
  if (end === 'COMMIT') await expect(insert).toFailWith('ER_DUP_ENTRY')
  else await expect(insert).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(db.query`SELECT id FROM account`).toReturnRows([{ id: end === 'COMMIT' ? 1 : 2 }])
})

test('a locking read of a key that is missing keeps others from inserting it', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await expect(alice.query`SELECT id FROM t WHERE id = 3 FOR UPDATE`).toReturnNothing()
  await bob.run`BEGIN PESSIMISTIC`
  const insert = bob.start`INSERT INTO t VALUES (3, 0)`
  await expect(insert).toBeBlockedBy(alice)
  await expect(insert).toBeBlockedOn('row t(3)')
  await alice.run`COMMIT`
  await expect(insert).toAffectRows(1)
  await bob.run`COMMIT`
})

// TiDB has no gap locks. Source: docs.pingcap.com, "TiDB Pessimistic Transaction Mode", differences from MySQL.
test('a locking read of a range lets others insert into its gaps', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockFirstRow(db, alice)
  await expect(alice.query`SELECT id FROM t WHERE id BETWEEN 1 AND 9 FOR UPDATE`).toReturnRows(
    [{ id: 1 }, { id: 2 }, { id: 5 }],
    { anyOrder: true },
  )
  await bob.run`BEGIN PESSIMISTIC`
  await expect(bob.run`INSERT INTO t VALUES (4, 0)`).toAffectRows(1)
  await bob.run`COMMIT`
  await alice.run`COMMIT`
  await expect(db.query`SELECT id FROM t ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }, { id: 4 }, { id: 5 }])
})
