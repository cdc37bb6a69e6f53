import { expect, test } from 'vitest-tidb'

test.for([1, 2])(
  'the cluster is whole again after a test that killed tidb-%d',
  async (number, { cluster, db, skip }) => {
    skip(cluster.source === 'external', "kills a TiDB, and this run's cluster is somebody else's")
    expect(cluster.tidbs.map(({ name }) => name)).toEqual(expect.arrayContaining(['tidb-1', 'tidb-2']))
    expect(cluster.nodes.filter(({ status }) => status !== 'running')).toEqual([])
    await db.run`CREATE TABLE t (id INT)`
    await cluster.kill(number)
    expect(cluster.node(number).status).toBe('stopped')
    const survivor = await cluster.session({ on: 3 - number })
    await survivor.run`ALTER TABLE t ADD COLUMN v INT`
    await expect(survivor).toHaveColumn('t', 'v')
  },
)

test('what a killed server had not committed is nowhere, and what it had is everywhere', async ({ db, cluster }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const { alice, bob } = await cluster.sessions({ alice: 2, bob: 1 })
  await alice.run`INSERT INTO t VALUES (1)`
  await alice.run`BEGIN`
  await alice.run`INSERT INTO t VALUES (2)`
  await cluster.kill(2)
  await expect(bob.query`SELECT id FROM t`).toReturnRows([{ id: 1 }])
  await expect(alice.run`COMMIT`).rejects.toThrow()

  await cluster.start(2)
  const again = await cluster.session({ on: 2 })
  await expect(again.query`SELECT id FROM t`).toReturnRows([{ id: 1 }])
})

test('a store that is stopped and started again has every row', async ({ db, cluster }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)')
  await cluster.stop('kv-1')
  expect(cluster.node('kv-1').status).toBe('stopped')
  await cluster.start('kv-1')
  await expect(db.query`SELECT COUNT(*) AS n FROM t`).toReturnRows([{ n: 3 }])
})

test('a node that does not exist is named with those that do', ({ cluster }) => {
  const names = cluster.nodes.map(({ name }) => name).join(', ')
  expect(names).toContain('tidb-1, tidb-2')
  expect(() => cluster.node('tidb-9')).toThrow(`Its nodes are ${names}.`)
})

test('a node that runs cannot go on, since it was not paused', async ({ cluster, skip }) => {
  skip(cluster.source === 'external', "asks a TiDB to go on, and this run's cluster is somebody else's")
  await expect(cluster.resume(1)).rejects.toMatchObject({ code: 'BACKEND_CLUSTER_NODE_STATUS' })
})
