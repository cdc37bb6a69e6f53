import { expect, SharedState, test } from 'vitest-tidb'

test('one task on many connections: all begin together, and no increment is lost', async ({ db, coordinator }) => {
  await db.run`CREATE TABLE counter (id INT PRIMARY KEY, n INT)`
  await db.run`INSERT INTO counter VALUES (1, 0)`
  const done = await coordinator.run({ count: 6 }, async ({ session, barrier, name }) => {
    await barrier('all connected')
    await session.run`UPDATE counter SET n = n + 1 WHERE id = 1`
    await barrier('all written')
    const [row] = await session.query<{ n: number }>`SELECT n FROM counter`
    return { name, n: row?.n }
  })
  expect(Object.values(done).map(({ n }) => n)).toEqual([6, 6, 6, 6, 6, 6])
  expect(done['connection-6']?.name).toBe('connection-6')
})

test('connections take turns, so that each one sees what the one before has committed', async ({ db, coordinator }) => {
  await db.run`CREATE TABLE log (place INT AUTO_INCREMENT PRIMARY KEY, seen INT, who VARCHAR(16))`
  await coordinator.run({ count: 3 }, async ({ session, turn, name }) => {
    for (let round = 0; round < 2; round++) {
      await turn('writing', () =>
        session.transaction(async (tx) => {
          const [row] = await tx.query<{ n: number }>`SELECT COUNT(*) AS n FROM log`
          await tx.run`INSERT INTO log (seen, who) VALUES (${row?.n ?? -1}, ${name})`
        }),
      )
    }
  })
  const rows = await db.query`SELECT seen, who FROM log ORDER BY seen`
  expect(rows).toEqual([1, 2, 3, 1, 2, 3].map((number, seen) => ({ seen, who: `connection-${number}` })))
})

test('a latch opens when every loader has committed its part', async ({ db, coordinator }) => {
  await db.run`CREATE TABLE part (id INT PRIMARY KEY)`
  const load =
    (first: number) =>
    async ({
      session,
      latch,
    }: {
      session: typeof db
      latch: (name: string, count: number) => { countDown(): void }
    }) => {
      await session.run`INSERT INTO part VALUES (${first}), (${first + 1})`
      latch('loaded', 2).countDown()
    }
  const done = await coordinator.run(
    {},
    {
      async checker({ session, latch }) {
        await latch('loaded', 2).wait()
        return (await session.query`SELECT * FROM part`).length
      },
      one: load(1),
      two: load(3),
    },
  )
  expect(done.checker).toBe(4)
})

test('statuses and events tell the story of each connection', async ({ coordinator }) => {
  const shared = new SharedState({})
  const statuses: string[] = []
  const seen = new AbortController()
  await coordinator.run(
    { shared },
    {
      async watched({ monitor, status, name, events, shared: state }) {
        statuses.push(status)
        events.subscribe(({ kind, from }) => {
          if (kind === 'testCompleted' && from === name) statuses.push(state.connections[name]?.status ?? '')
        })
        const { checks } = await monitor({ duration: 60_000, interval: 5, until: seen.signal })
        return checks
      },
      async watching({ shared: state }) {
        await state.until((_, { connections }) => connections['watched']?.status === 'monitoring')
        statuses.push('seen monitoring')
        seen.abort()
      },
    },
  )
  expect(statuses).toEqual(['testing', 'seen monitoring', 'disconnected'])
  expect(Number(shared.results['watched'])).toBeGreaterThanOrEqual(1)
  expect(shared.events.map(({ kind, from }) => `${kind} ${from}`).toSorted()).toEqual([
    expect.stringContaining('allConnectionsReady'),
    'connectionEstablished watched',
    'connectionEstablished watching',
    'testCompleted watched',
    'testCompleted watching',
  ])
  expect(shared.events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
})

test('a connection that is killed while it is monitored fails its task alone', async ({ db, coordinator }) => {
  const run = coordinator.run(
    { require: 'any' },
    {
      killed: ({ monitor }) => monitor({ duration: 60_000, interval: 5 }),
      async killing({ events, session }) {
        const { detail } = await events.waitFor('connectionEstablished', { from: 'killed' })
        await session.script(`KILL ${detail.connectionId}`)
        return (await events.waitFor('connectionFailed')).from
      },
    },
  )
  await expect(run).toFailOnly('killed')
  expect(await run).toEqual({ killing: 'killed' })
  expect((await run.outcomes).killed.error).toMatchObject({ code: 'CONNECT_LOST' })
  await expect(db.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }])
})
