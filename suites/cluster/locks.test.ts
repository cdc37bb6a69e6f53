import { expect, test } from 'vitest-tidb'

test('a row that a session of one server has locked blocks a session of another', async ({ db, cluster }) => {
  await db.script('CREATE TABLE account (id INT PRIMARY KEY, balance INT); INSERT INTO account VALUES (1, 100)')
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE account SET balance = balance - 10 WHERE id = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const waiting = bob.start`UPDATE account SET balance = balance - 20 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(alice)
  await expect(waiting).toBeBlockedOn({ kind: 'row-lock', table: 'account' })
  await alice.run`COMMIT`
  await expect(waiting).toAffectRows(1)
  await bob.run`COMMIT`
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
})

test('sessions of two servers that wait for each other: one fails with a deadlock', async ({ db, cluster }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0), (2, 0)')
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.run`BEGIN PESSIMISTIC`
  await bob.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = 1 WHERE id = 1`
  await bob.run`UPDATE t SET v = 2 WHERE id = 2`
  const ofAlice = alice.start`UPDATE t SET v = 1 WHERE id = 2`
  await expect(ofAlice).toBeBlockedBy(bob)
  const ofBob = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(ofBob).toFailWith({ name: 'ER_LOCK_DEADLOCK', errno: 1213, outcome: 'transient' })
  await bob.run`ROLLBACK`
  await expect(ofAlice).toAffectRows(1)
  await alice.run`COMMIT`
  await expect(db.query`SELECT id, v FROM t ORDER BY id`).toReturnRows([
    { id: 1, v: 1 },
    { id: 2, v: 1 },
  ])
})

test('the server says which transaction waits for which, over servers', async ({ db, cluster }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const waiting = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(alice)
  // A store ends a wait after a second and TiDB begins another: between the two the view is empty.
  await expect
    .poll(
      () => db.query`
        SELECT holding.session_id AS holder, waiting.session_id AS waiter FROM information_schema.data_lock_waits AS w
        JOIN information_schema.cluster_tidb_trx AS holding ON holding.id = w.current_holding_trx_id
        JOIN information_schema.cluster_tidb_trx AS waiting ON waiting.id = w.trx_id`,
      { interval: 20, timeout: 20_000 },
    )
    .toEqual([{ holder: alice.connectionId, waiter: bob.connectionId }])
  await alice.run`ROLLBACK`
  await waiting.result()
  await bob.run`ROLLBACK`
})

test('the graph of waits spans the servers: carol waits for bob, who waits for alice', async ({
  db,
  cluster,
  sessions,
}) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0), (2, 0)')
  const { alice, bob, carol } = await cluster.sessions({ alice: 1, bob: 2, carol: 1 })
  for (const session of [alice, bob, carol]) await session.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = 1 WHERE id = 1`
  await bob.run`UPDATE t SET v = 1 WHERE id = 2`
  const ofBob = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  const ofCarol = carol.start`UPDATE t SET v = 3 WHERE id = 2`
  await expect(ofBob).toBeBlockedBy(alice)
  await expect(ofCarol).toBeBlockedBy(bob)
  // The longest wait stands first; which of the two that is, is not known.
  await expect
    .poll(async () => String(await sessions.waitForGraph()), { timeout: 20_000 })
    .toMatch(
      /^(?=[^]*bob: UPDATE[^\n]*\n *waits for alice: row t\(1\))(?=[^]*carol: UPDATE[^\n]*\n *waits for bob: row t\(2\))/,
    )
  await alice.run`ROLLBACK`
  await ofBob.result()
  await bob.run`ROLLBACK`
  await ofCarol.result()
  await carol.run`ROLLBACK`
})

test('KILL QUERY on one server ends a statement on another', async ({ db, cluster }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = 1`
  await bob.run`BEGIN PESSIMISTIC`
  const waiting = bob.start`UPDATE t SET v = 2 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(alice)
  await db.script(`KILL QUERY ${bob.connectionId}`)
  // TiDB names the interruption (1317), or what came of it on the way to the store (1105).
  await expect(waiting.result()).rejects.toThrow(/interrupted|context canceled/)
  await bob.run`ROLLBACK`
  await alice.run`ROLLBACK`
})

test('GET_LOCK is one lock for all servers', async ({ cluster }) => {
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await alice.query`SELECT GET_LOCK('door', 0)`
  const waiting = bob.start`SELECT GET_LOCK('door', 30) AS got`
  await expect(waiting).toBeBlockedBy(alice)
  await alice.query`SELECT RELEASE_LOCK('door')`
  await expect(waiting).toReturnRows([{ got: 1 }])
  await bob.query`SELECT RELEASE_LOCK('door')`
})

test('a server that is paused holds its locks, and goes on where it was', async ({ db, cluster }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { alice, bob } = await cluster.sessions({ alice: 2, bob: 1 })
  await alice.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = v + 1`
  await cluster.pause(2)
  await bob.run`BEGIN PESSIMISTIC`
  await expect(bob.run`SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT`).toFailWith({ errno: 3572 })
  await bob.run`ROLLBACK`
  await cluster.resume(2)
  await alice.run`COMMIT`
  await expect(db.query`SELECT v FROM t`).toReturnRows([{ v: 1 }])
})
