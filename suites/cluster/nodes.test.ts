import { expect, test } from 'vitest-tidb'

test.for([1, 2])('the cluster is whole again after a test that killed tidb-%d', async (number, { cluster, db }) => {
  expect(cluster.nodes.map(({ name, status }) => [name, status])).toEqual([
    ['pd-1', 'running'],
    ['kv-1', 'running'],
    ['tidb-1', 'running'],
    ['tidb-2', 'running'],
  ])
  await db.run`CREATE TABLE t (id INT)`
  await cluster.kill(number)
  expect(cluster.node(number).status).toBe('stopped')
  const survivor = await cluster.session({ on: 3 - number })
  await survivor.run`ALTER TABLE t ADD COLUMN v INT`
  await expect(survivor).toHaveColumn('t', 'v')
})
