import { describe, expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool.ts'
import { openSession } from './open-session.ts'
import { CuttingProxy } from './testing/cutting-proxy.ts'

/** `pool` makes one on the database of `db`; every session it opens is counted. */
const test = tidbTest.extend('pool', async ({ db, tidb }, { onCleanup }) => {
  const pools: ConnectionPool[] = []
  onCleanup(async () => {
    for (const pool of pools) await pool.close()
  })
  return (options: Partial<ConnectionPoolOptions> = {}) => {
    const open = (name: string) => openSession({ name, endpoint: tidb.endpoint, database: db.database ?? '' })
    const pool = new ConnectionPool({ size: 2, open, ...options })
    pools.push(pool)
    return pool
  }
})

describe('size', () => {
  test('sessions are opened on demand, up to the size, and used again', async ({ pool }) => {
    const sessions = pool({ size: 2 })
    expect(sessions.status).toEqual({ size: 2, open: 0, free: 0, waiting: 0, replaced: 0 })
    const [first, second] = await Promise.all([sessions.acquire(), sessions.acquire()])
    expect(first.connectionId).not.toBe(second.connectionId)
    const third = sessions.acquire()
    expect(sessions.status).toMatchObject({ open: 2, free: 0, waiting: 1 })
    await sessions.release(second)
    expect(await third).toBe(second)
    await sessions.release(first)
    await sessions.release(second)
    expect(sessions.status).toMatchObject({ open: 2, free: 2, waiting: 0 })
  })

  test('many users share few sessions, and each gets its own rows', async ({ pool }) => {
    const sessions = pool({ size: 3 })
    const numbers = Array.from({ length: 50 }, (_, n) => n)
    const rows = await Promise.all(numbers.map((n) => sessions.use((session) => session.query`SELECT ${n} AS n`)))
    expect(rows).toEqual(numbers.map((n) => [{ n }]))
    expect(sessions.status).toMatchObject({ open: 3, free: 3, waiting: 0 })
  })

  test('a size that is none is refused', ({ pool }) => {
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => pool({ size })).toThrow(RangeError)
  })
})

test('waiting ends with an error that says what to do', async ({ pool }) => {
  const sessions = pool({ size: 1, acquireTimeout: 50 })
  const lent = await sessions.acquire()
  await expect(sessions.acquire()).rejects.toMatchObject({
    code: 'CONNECT_POOL_TIMEOUT',
    message: expect.stringMatching(/came free in 50 ms; all 1 are lent[^]*database\.poolSize/),
  })
  expect(sessions.status.waiting).toBe(0)
  await sessions.release(lent)
  expect(await sessions.acquire()).toBe(lent)
})

test('a transaction that was left open is rolled back', async ({ db, pool }) => {
  await db.run`CREATE TABLE t (id INT)`
  const sessions = pool({ size: 1 })
  await sessions.use(async (session) => {
    await session.run`BEGIN`
    await session.run`INSERT INTO t VALUES (1)`
  })
  await sessions.use((session) => session.run`INSERT INTO t VALUES (2)`)
  await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 2 }])
})

describe('a broken session', () => {
  test('is replaced when it comes back, and whoever waits gets the new one', async ({ db, pool }) => {
    const sessions = pool({ size: 1 })
    const broken = await sessions.acquire()
    const waiting = sessions.acquire()
    await db.run`KILL ${broken.connectionId}`
    await expect.poll(() => broken.status).toBe('lost')
    await sessions.release(broken)
    const next = await waiting
    expect(await next.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
    expect(next.connectionId).not.toBe(broken.connectionId)
    expect(sessions.status).toMatchObject({ open: 1, replaced: 1 })
  })

  test('is replaced when it broke while nobody had it', async ({ db, pool }) => {
    const sessions = pool({ size: 1 })
    const broken = await sessions.acquire()
    await sessions.release(broken)
    await db.run`KILL ${broken.connectionId}`
    await expect.poll(() => broken.status).toBe('lost')
    await sessions.use((session) => session.query`SELECT 1`)
    expect(sessions.status).toMatchObject({ open: 1, free: 1, replaced: 1 })
  })

  test('does not fail the others', async ({ db, pool }) => {
    const sessions = pool({ size: 2 })
    const [broken, whole] = await Promise.all([sessions.acquire(), sessions.acquire()])
    await db.run`KILL ${broken.connectionId}`
    expect(await whole.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
    await sessions.release(broken)
    await sessions.release(whole)
    expect(sessions.status.open).toBeLessThanOrEqual(2)
  })
})

test('a session that was released twice was lent to two at a time', async ({ pool }) => {
  const sessions = pool({ size: 2 })
  const session = await sessions.acquire()
  await Promise.all([sessions.release(session), sessions.release(session)])
  await sessions.release(session)
  const [first, second] = await Promise.all([sessions.acquire(), sessions.acquire()])
  expect(first).not.toBe(second)
})

test('when opening failed, whoever waited behind it waited in vain', async ({ db, tidb, pool }) => {
  let opened = 0
  const open = (name: string) => {
    const port = opened++ === 0 ? 1 : tidb.endpoint.port
    return openSession({ name, endpoint: { ...tidb.endpoint, port }, database: db.database ?? '' })
  }
  const sessions = pool({ size: 1, open })
  const [first, second] = await Promise.allSettled([sessions.acquire(), sessions.acquire()])
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'CONNECT_REFUSED' } })
  expect(second).toMatchObject({ status: 'fulfilled' })
})

describe('close()', () => {
  test('closes lent sessions too, and turns away who waits and who comes', async ({ pool }) => {
    const sessions = pool({ size: 1 })
    const lent = await sessions.acquire()
    const waiting = expect(sessions.acquire()).rejects.toMatchObject({ code: 'CONNECT_POOL_CLOSED' })
    await sessions.close()
    await waiting
    expect(lent.status).toBe('closed')
    await expect(sessions.acquire()).rejects.toMatchObject({ code: 'CONNECT_POOL_CLOSED' })
    await sessions.release(lent)
    await sessions.close()
    expect(sessions.status).toMatchObject({ open: 0, free: 0 })
  })

  test('left the session behind that was being opened', async ({ db, tidb, pool }) => {
    const opened: Awaited<ReturnType<typeof openSession>>[] = []
    const open = async (name: string) => {
      const session = await openSession({ name, endpoint: tidb.endpoint, database: db.database ?? '' })
      opened.push(session)
      return session
    }
    const sessions = pool({ size: 1, open })
    const acquired = expect(sessions.acquire()).rejects.toMatchObject({ code: 'CONNECT_POOL_CLOSED' })
    await sessions.close()
    await acquired
    expect(opened.map((session) => session.status)).toEqual(['closed'])
  })
})

describe('health', () => {
  test('check() finds the broken sessions that nobody has, reports them, and leaves the others', async ({
    db,
    pool,
  }) => {
    const replaced: unknown[] = []
    const sessions = pool({ size: 3, onReplace: (replacement) => void replaced.push(replacement) })
    const all = await Promise.all([sessions.acquire(), sessions.acquire(), sessions.acquire()])
    const [broken, whole, lent] = all
    if (broken === undefined || whole === undefined || lent === undefined) throw new Error('three were acquired')
    await sessions.release(broken)
    await sessions.release(whole)
    expect(await sessions.check()).toMatchObject({ open: 3, free: 2, replaced: 0 })
    await db.run`KILL ${broken.connectionId}`
    expect(await sessions.check()).toMatchObject({ open: 2, free: 1, replaced: 1 })
    expect(replaced).toEqual([
      { session: broken.name, connectionId: broken.connectionId, reason: 'its connection was lost' },
    ])
    expect(await sessions.acquire()).toBe(whole)
  })

  test('a session that died unnoticed is not lent', async ({ db, pool }) => {
    const sessions = pool({ size: 1 })
    const broken = await sessions.acquire()
    await sessions.release(broken)
    await db.run`KILL ${broken.connectionId}`
    const next = await sessions.acquire()
    expect(await next.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
    expect(next).not.toBe(broken)
    expect(sessions.status.replaced).toBe(1)
  })

  test('a session whose server hangs does not answer, and is lost from then on', async ({ db, tidb }) => {
    await using proxy = await CuttingProxy.before(tidb.endpoint)
    await using far = await openSession({ name: 'far', endpoint: proxy.endpoint, database: db.database ?? '' })
    expect(await far.ping()).toBe(true)
    proxy.silence()
    expect(await far.ping(50)).toBe(false)
    expect(far.status).toBe('lost')
  })

  test('a session with a statement under way is not disturbed by being asked', async ({ db }) => {
    const sleeping = db.start`SELECT SLEEP(0.3) AS slept`
    expect(await db.ping(10)).toBe(true)
    expect(await sleeping.result()).toEqual([{ slept: 0 }])
  })
})

tidbTest(
  'the fixture has as many sessions as the configuration says, in the statement log',
  async ({ connectionPool, statements, db }) => {
    const names = await Promise.all([1, 2].map(() => connectionPool.use((s) => s.query`SELECT DATABASE() AS d`)))
    expect(names).toEqual([[{ d: db.database }], [{ d: db.database }]])
    expect(new Set(statements.entries.map((entry) => entry.session))).toEqual(new Set(['pool-1', 'pool-2']))
  },
)
