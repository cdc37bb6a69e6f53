import { expect, SharedState, sql, test, type Session } from 'vitest-tidb'

const ROWS = 2_000

async function fill(db: Session): Promise<void> {
  await db.run`CREATE TABLE wide (id INT PRIMARY KEY, note CHAR(200))`
  const rows = Array.from({ length: ROWS }, (_, id) => sql`(${id}, REPEAT('n', 200))`)
  await db.run`INSERT INTO wide VALUES ${sql.list(rows)}`
}

test('a connection that breaks in the middle of a large result fails the read, which can be done again', async ({
  db,
  faults,
}) => {
  await fill(db)
  const { reader, again } = await faults.sessions('reader', 'again')
  await faults.cutReply({ of: 'SELECT * FROM wide', after: 100_000 }, async () => {
    await expect(reader.query`SELECT * FROM wide`).toFailWith({ name: 'CONNECT_LOST', outcome: 'transient' })
  })
  expect(reader.status).toBe('lost')
  const rows = await again.query<{ id: number; note: string }>`SELECT * FROM wide`
  expect(rows).toHaveLength(ROWS)
  expect(rows.every(({ note }) => note.length === 200)).toBe(true)
})

test.for(['reset', 'close'] as const)(
  'a connection that ends by %s after so many bytes is lost, and its rows with it',
  async (then, { db, faults }) => {
    await fill(db)
    const { reader } = await faults.sessions('reader')
    await faults.byteLimit({ bytes: 50_000, direction: 'replies', then }, async () => {
      await expect(reader.query`SELECT * FROM wide`).toFailWith({ name: 'CONNECT_LOST', outcome: 'transient' })
    })
    await expect(db.query`SELECT COUNT(*) AS n FROM wide`).toReturnRows([{ n: ROWS }])
  },
)

test('a client that can send no more is rolled back by the server', async ({ db, faults }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { gone } = await faults.sessions('gone')
  await gone.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  await faults.halfClose({ end: 'server' }, async () => {
    await expect(db.run`UPDATE t SET v = v + 10 WHERE id = 1`).toAffectRows(1)
  })
  await expect(db.query`SELECT v FROM t`).toReturnRows([{ v: 10 }])
})

test('locks of a connection that is lost are released to who waits for them', async ({ db, sessions, faults }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { holder } = await faults.sessions('holder')
  const { waiter } = await sessions('waiter')
  await holder.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  const waiting = waiter.start`UPDATE t SET v = v + 10 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(holder)
  await faults.reset({ only: holder }, async () => {
    await expect(waiting).toAffectRows(1)
  })
  await expect(db.query`SELECT v FROM t`).toReturnRows([{ v: 10 }])
})

test('a connection that is lost while its statement waits for a lock leaves nothing behind', async ({
  db,
  sessions,
  faults,
}) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { holder } = await sessions('holder')
  const { waiter } = await faults.sessions('waiter')
  await holder.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
  await waiter.run`BEGIN`
  const waiting = waiter.start`UPDATE t SET v = v + 10 WHERE id = 1`
  await expect(waiting).toBeBlockedBy(holder)
  await faults.reset({ only: waiter }, async () => {
    await expect(waiting).toFailWith({ name: 'CONNECT_LOST', outcome: 'transient' })
  })
  await holder.run`COMMIT`
  // The next one gets the lock when the lost session's transaction is gone.
  await expect(db.run`UPDATE t SET v = v + 100 WHERE id = 1`).toAffectRows(1)
  await expect(db.query`SELECT v FROM t`).toReturnRows([{ v: 101 }])
})

test('monitoring notices that a connection is gone, and the other one goes on', async ({ coordinator, faults }) => {
  const shared = new SharedState({})
  const statusOfFar = () => shared.connections['far']?.status
  const run = coordinator.run(
    { shared, require: 'any', connections: { far: { endpoint: faults.endpoint } } },
    {
      far: ({ monitor }) => monitor({ duration: 60_000, interval: 5 }),
      async near({ session }) {
        await expect.poll(statusOfFar).toBe('monitoring')
        await faults.reset({}, () => expect.poll(statusOfFar).toBe('error'))
        return session.query`SELECT 1 AS one`
      },
    },
  )
  await expect(run).toFailOnly('far')
  expect(await run).toEqual({ near: [{ one: 1 }] })
  expect((await run.outcomes)['far']).toMatchObject({ error: { code: 'CONNECT_LOST' } })
})
