import { expect, test } from 'vitest-tidb'

test(
  '64 sessions at the same time each keep their own transaction and variables',
  { timeout: 120_000 },
  async ({ db, sessions }) => {
    await db.run`CREATE TABLE visit (session INT PRIMARY KEY, connection BIGINT)`
    const all = await sessions(64)
    expect(new Set(all.map((session) => session.connectionId)).size).toBe(64)
    await Promise.all(
      all.map(async (session, index) => {
        await session.run`SET @number = ${index}`
        await session.run`BEGIN`
        await session.run`INSERT INTO visit VALUES (@number, CONNECTION_ID())`
      }),
    )
    // Each sees its own row and nobody else's.
    const seen = await Promise.all(all.map((session) => session.query`SELECT session FROM visit`))
    expect(seen).toEqual(all.map((_, index) => [{ session: index }]))
    await expect(db.query`SELECT COUNT(*) AS n FROM visit`).toReturnRows([{ n: 0 }])
    await Promise.all(all.map((session, index) => (index % 2 === 0 ? session.run`COMMIT` : session.run`ROLLBACK`)))
    const committed = all.flatMap(({ connectionId }, index) =>
      index % 2 === 0 ? [{ session: index, connection: connectionId }] : [],
    )
    await expect(db.query`SELECT session, connection FROM visit ORDER BY session`).toReturnRows(committed)
  },
)

test('64 tasks share the sessions of the connection pool', { timeout: 120_000 }, async ({ db, connectionPool }) => {
  await db.run`CREATE TABLE task (id INT PRIMARY KEY, connection BIGINT)`
  await Promise.all(
    Array.from({ length: 64 }, (_, id) =>
      connectionPool.use(async (session) => {
        await session.run`INSERT INTO task VALUES (${id}, CONNECTION_ID())`
      }),
    ),
  )
  const { size, open, free, waiting } = connectionPool.status
  expect(open).toBe(Math.min(size, 64))
  expect({ free, waiting }).toEqual({ free: open, waiting: 0 })
  await expect(db.query`SELECT COUNT(*) AS n, COUNT(DISTINCT connection) AS connections FROM task`).toReturnRows([
    { n: 64, connections: open },
  ])
})

test(
  'a session of the connection pool comes back without the transaction of the task before',
  { timeout: 120_000 },
  async ({ db, connectionPool }) => {
    await db.run`CREATE TABLE task (id INT PRIMARY KEY)`
    const tasks = connectionPool.status.size * 3
    const counts = await Promise.all(
      Array.from({ length: tasks }, (_, id) =>
        connectionPool.use(async (session) => {
          await session.run`BEGIN`
          await session.run`INSERT INTO task VALUES (${id})`
          return session.query`SELECT id FROM task`
        }),
      ),
    )
    expect(counts).toEqual(Array.from({ length: tasks }, (_, id) => [{ id }]))
    await expect(db.query`SELECT id FROM task`).toReturnNothing()
  },
)
