import { expect, test } from 'vitest-tidb'

test('what is committed on one server is read on every other at once', async ({ db, cluster }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const { writer, reader } = await cluster.sessions({ writer: 1, reader: 2 })
  for (let id = 1; id <= 20; id++) {
    await writer.run`INSERT INTO t VALUES (${id})`
    await expect(reader.query`SELECT MAX(id) AS id FROM t`).toReturnRows([{ id }])
  }
})

test('no increment of a counter is lost, whichever servers they come from', async ({ db, cluster }) => {
  await db.script('CREATE TABLE counter (id INT PRIMARY KEY, n INT NOT NULL); INSERT INTO counter VALUES (1, 0)')
  const sessions = Object.values(await cluster.sessions({ a: 1, b: 2, c: 1, d: 2 }))
  await Promise.all(
    sessions.map(async (session) => {
      // Without a transaction around it, TiDB commits such an update in one phase where the store can.
      for (let round = 0; round < 25; round++) await session.run`UPDATE counter SET n = n + 1 WHERE id = 1`
    }),
  )
  await expect(db.query`SELECT n FROM counter`).toReturnRows([{ n: 100 }])
})

test('an auto-increment column gives no number twice, whichever server is asked', async ({ db, cluster }) => {
  await db.run`CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, server INT)`
  const { first, second } = await cluster.sessions({ first: 1, second: 2 })
  for (let round = 0; round < 5; round++) {
    await first.run`INSERT INTO t (server) VALUES (1)`
    await second.run`INSERT INTO t (server) VALUES (2)`
  }
  await expect(db.query`SELECT COUNT(DISTINCT id) AS n FROM t`).toReturnRows([{ n: 10 }])
  // Each server has a range of its own, so numbers do not rise with time.
  await expect(db.query`
    SELECT server, MAX(id) - MIN(id) AS span FROM t GROUP BY server ORDER BY server`).toReturnRows([
    { server: 1, span: 4 },
    { server: 2, span: 4 },
  ])
})

test('with AUTO_ID_CACHE 1 the numbers rise with time over all servers', async ({ db, cluster }) => {
  await db.run`CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, server INT) AUTO_ID_CACHE 1`
  const { first, second } = await cluster.sessions({ first: 1, second: 2 })
  await first.run`INSERT INTO t (server) VALUES (1)`
  await second.run`INSERT INTO t (server) VALUES (2)`
  await first.run`INSERT INTO t (server) VALUES (1)`
  await expect(db.query`SELECT server FROM t ORDER BY id`).toReturnRows([{ server: 1 }, { server: 2 }, { server: 1 }])
})

test('a sequence without cache counts over all servers', async ({ db, cluster }) => {
  await db.run`CREATE SEQUENCE numbers NOCACHE`
  const { first, second } = await cluster.sessions({ first: 1, second: 2 })
  const drawn: unknown[] = []
  for (const session of [first, second, first, second]) {
    const [row] = await session.query<{ n: number }>`SELECT NEXTVAL(numbers) AS n`
    drawn.push(Number(row?.n))
  }
  expect(drawn).toEqual([1, 2, 3, 4])
})

test('the views of the whole cluster show every server and its sessions', async ({ db, cluster }) => {
  const { alice, bob } = await cluster.sessions({ alice: 1, bob: 2 })
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const roles = await db.query<{ type: string; n: number }>`
    SELECT type, COUNT(*) AS n FROM information_schema.cluster_info GROUP BY type ORDER BY type`
  expect(roles.map(({ type }) => type)).toEqual(['pd', 'tidb', 'tikv'])
  // Of a cluster that others run, the endpoints are known, which need not be all.
  const known = cluster.nodes.map(({ role }) => (role === 'kv' ? 'tikv' : role))
  for (const { type, n } of roles) expect(n).toBeGreaterThanOrEqual(known.filter((role) => role === type).length)
  if (cluster.source !== 'external') expect(roles.reduce((sum, { n }) => sum + n, 0)).toBe(known.length)
  await expect(bob.query`
    SELECT id FROM information_schema.cluster_processlist WHERE id IN (${alice.connectionId}, ${bob.connectionId})
    ORDER BY id = ${bob.connectionId}`).toReturnRows([{ id: alice.connectionId }, { id: bob.connectionId }])
  await alice.run`BEGIN`
  await alice.run`INSERT INTO t VALUES (1)`
  await expect(bob.query`
    SELECT session_id FROM information_schema.cluster_tidb_trx WHERE session_id = ${alice.connectionId}`).toReturnRows([
    { session_id: alice.connectionId },
  ])
  await alice.run`ROLLBACK`
})
