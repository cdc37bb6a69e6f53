import { expect, test, type Session } from 'vitest-tidb'

async function each(sessions: readonly Session[], work: (session: Session) => PromiseLike<unknown>): Promise<void> {
  for (const session of sessions) await work(session)
}

test('a pool heals when all its connections break: whoever comes next gets one that works', async ({ faults }) => {
  const pool = faults.connectionPool
  const lent = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  await each(lent, (session) => pool.release(session))
  expect(pool.status).toMatchObject({ open: 3, free: 3, replaced: 0 })
  await faults.reset({}, () => Promise.resolve())
  expect(await pool.check()).toMatchObject({ free: 0, replaced: 3 })
  await expect(pool.use((session) => session.query`SELECT 1 AS one`)).resolves.toEqual([{ one: 1 }])
  expect(pool.status).toMatchObject({ open: 1, free: 1 })
})

test('a connection that the server has half closed is not lent again', async ({ faults }) => {
  const pool = faults.connectionPool
  const broken = await pool.use((session) => Promise.resolve(session.connectionId))
  await faults.halfClose({ end: 'client' }, () => Promise.resolve())
  const next = await pool.use(async (session) => {
    await session.run`SET @x = 1`
    return session.connectionId
  })
  expect(next).not.toBe(broken)
  expect(pool.status).toMatchObject({ open: 1, replaced: 1 })
})

test('a lost connection is replaced while others work on undisturbed', async ({ db, faults }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const results = await faults.dropRequest({ of: 'INSERT', nth: 3 }, () =>
    Promise.allSettled(
      Array.from({ length: 6 }, (_, id) =>
        faults.connectionPool.use((session) => session.run`INSERT INTO t VALUES (${id})`.then(() => id)),
      ),
    ),
  )
  const stored = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  expect(stored).toHaveLength(5)
  await expect(db.query`SELECT id FROM t ORDER BY id`).toReturnRows(stored.map((id) => ({ id })))
  expect(faults.connectionPool.status.replaced).toBe(1)
})

test('KILL through a proxy ends the other session, and its pool opens another', async ({ faults }) => {
  const pool = faults.connectionPool
  const { killer } = await faults.sessions('killer')
  await pool.use(async (victim) => {
    await killer.script(`KILL ${victim.connectionId}`)
    await expect(victim.query`SELECT 1`).toFailWith({ name: 'CONNECT_LOST' })
  })
  await expect(pool.use((session) => session.query`SELECT 1 AS one`)).resolves.toEqual([{ one: 1 }])
  expect(pool.status).toMatchObject({ open: 1, replaced: 1 })
})
