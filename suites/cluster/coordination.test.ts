import { expect, SharedState, test } from 'vitest-tidb'

test('a coordinator runs tasks on several servers, which wait for each other', async ({ db, cluster, coordinator }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, server VARCHAR(20))`
  const [first, second] = await Promise.all([cluster.endpoint(1), cluster.endpoint(2)])
  const { database = '' } = db
  const done = await coordinator.run(
    {
      shared: new SharedState({ written: 0 }),
      connections: { writer: { endpoint: first, database }, reader: { endpoint: second, database } },
    },
    {
      async writer({ session, shared }) {
        await session.run`INSERT INTO t VALUES (1, ${cluster.node(1).name})`
        shared.update(({ written }) => ({ written: written + 1 }))
      },
      async reader({ session, shared }) {
        await shared.until(({ written }) => written > 0)
        return await session.query`SELECT * FROM t`
      },
    },
  )
  expect(done.reader).toEqual([{ id: 1, server: 'tidb-1' }])
})
