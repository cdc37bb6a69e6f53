import { describe, expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { killQuery } from './cancel.ts'
import { openSession, type OpenSessionOptions } from './open-session.ts'

/** `open` gives a session on the database of `db`, with options. */
const test = tidbTest.extend('open', async ({ db, tidb }, { onCleanup }) => {
  const opened = new Set<{ close(): Promise<void> }>()
  onCleanup(async () => {
    for (const session of opened) await session.close()
  })
  return async (options: Partial<OpenSessionOptions> = {}) => {
    const session = await openSession({
      name: 'slow',
      endpoint: tidb.endpoint,
      database: db.database ?? '',
      ...options,
    })
    opened.add(session)
    return session
  }
})

/** As long as anybody cares to wait. */
const ENDLESS = 600

describe('a statement that does not end in time', () => {
  test('is ended with KILL QUERY, and its session goes on where it was', async ({ db, open }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
    const session = await open({ timeout: 500 })
    await session.run`SET @kept = 7`
    await session.run`BEGIN`
    await session.run`INSERT INTO t VALUES (1)`
    await expect(session.query`SELECT SLEEP(${ENDLESS})`).rejects.toMatchObject({
      code: 'STATEMENT_TIMEOUT',
      message: expect.stringContaining('did not end within 500 ms and was ended with KILL QUERY'),
      sql: 'SELECT SLEEP(?)',
    })
    expect(await session.query`SELECT @kept AS kept`).toEqual([{ kept: 7 }])
    await session.run`COMMIT`
    await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 1 }])
  })

  test('has no effect when it waited for a lock', async ({ db, open }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
    await db.run`INSERT INTO t VALUES (1, 0)`
    await db.run`BEGIN`
    await db.run`UPDATE t SET v = 1`
    const session = await open({ timeout: 400 })
    const update = session.run`UPDATE t SET v = 2`
    await expect(update).rejects.toMatchObject({ code: 'STATEMENT_TIMEOUT', errno: 1317, outcome: 'permanent' })
    await db.run`COMMIT`
    expect(await session.query`SELECT v FROM t`).toEqual([{ v: 1 }])
  })
})

test('an abort ends the statement under way, and refuses those after it', async ({ db, open }) => {
  const controller = new AbortController()
  const session = await open({ signal: controller.signal })
  const sleeping = session.start`SELECT SLEEP(${ENDLESS})`
  await expect
    .poll(
      () =>
        db.query`SELECT 1 AS runs FROM information_schema.processlist WHERE id = ${session.connectionId} AND info LIKE 'SELECT SLEEP%'`,
      { timeout: 10_000 },
    )
    .toReturnRows([{ runs: 1 }])
  controller.abort(new Error('the test timed out'))
  await expect(sleeping.result()).rejects.toMatchObject({ code: 'STATEMENT_ABORTED' })
  await expect(session.query`SELECT 1`).rejects.toMatchObject({ code: 'STATEMENT_ABORTED' })
})

test('kill() ends what runs and leaves an idle session alone', async ({ db, open }) => {
  const session = await open()
  await session.kill()
  const running = session.start`SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c`
  const seen = () =>
    db.query`SELECT 1 AS runs FROM information_schema.processlist WHERE id = ${session.connectionId} AND info LIKE 'SELECT COUNT%'`
  await expect.poll(seen, { timeout: 10_000 }).toReturnRows([{ runs: 1 }])
  await session.kill()
  await expect(running.result()).rejects.toMatchObject({ errno: 1317 })
  expect(await session.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
})

test('a KILL QUERY that came after its statement had ended made the next one fail without a reason', async ({
  tidb,
  open,
}) => {
  // What a late KILL does to TiDB: it mostly closes the connection, and has no effect when it comes in between.
  const afterLateKill = async () => {
    const session = await open()
    await session.run`SET @kept = 7`
    await killQuery(tidb.endpoint, session.connectionId, 5_000)
    const [next] = await Promise.allSettled([session.query`SELECT @kept AS kept`])
    if (next?.status === 'fulfilled') return next.value
    expect(next?.reason).toMatchObject({ name: 'StatementError', code: 'CONNECT_LOST', outcome: 'transient' })
    await expect(session.query`SELECT @kept`).rejects.toMatchObject({
      name: 'ConnectError',
      code: 'CONNECT_LOST',
      remedy: expect.stringContaining('Open another session'),
    })
    return 'lost'
  }
  await expect.poll(afterLateKill, { timeout: 20_000 }).toBe('lost')
})

test('kills at every moment leave a session that works or says that it is lost', async ({ open }) => {
  const seen = { done: 0, killed: 0, lost: 0 }
  let session = await open()
  for (let round = 0; round < 60; round++) {
    const statement = session.start`SELECT COUNT(*) FROM information_schema.tables WHERE table_name = ${`t${round}`}`
    // Lets the statement get as far as it gets in so many turns of the event loop.
    for (let turn = 0; turn < round; turn++) await new Promise(setImmediate)
    await session.kill()
    const [outcome] = await Promise.allSettled([statement.result()])
    if (outcome?.status === 'fulfilled') seen.done++
    else expect(outcome?.reason).toMatchObject({ errno: 1317 })
    if (outcome?.status === 'rejected') seen.killed++
    if (session.status === 'lost') {
      seen.lost++
      await expect(session.query`SELECT 1`).rejects.toMatchObject({ code: 'CONNECT_LOST' })
      session = await open()
    }
    expect(await session.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
  }
  expect(seen.done + seen.killed).toBe(60)
})

describe('transaction()', () => {
  test('commits, rolls back when the body throws, and gives what the body gave', async ({ db }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
    expect(await db.transaction(async (tx) => (await tx.run`INSERT INTO t VALUES (1)`).affectedRows)).toBe(1)
    const failing = db.transaction(async (tx) => {
      await tx.run`INSERT INTO t VALUES (2)`
      throw new Error('on second thoughts')
    })
    await expect(failing).rejects.toThrow('on second thoughts')
    await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 1 }])
    const [mode] = await db.transaction((tx) => tx.query`SELECT @@tidb_txn_mode AS mode`, { mode: 'optimistic' })
    expect(mode).toBeDefined()
  })

  test('one inside another committed the outer one', async ({ db }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
    const outer = db.transaction(async (tx) => {
      await tx.run`INSERT INTO t VALUES (1)`
      await tx.transaction((inner) => inner.run`INSERT INTO t VALUES (2)`)
      const failing = tx.transaction(async (inner) => {
        await inner.run`INSERT INTO t VALUES (3)`
        throw new Error('inner')
      })
      await expect(failing).rejects.toThrow('inner')
      await expect(tx.query`SELECT * FROM t`).toReturnRows([{ id: 1 }, { id: 2 }])
      throw new Error('outer')
    })
    await expect(outer).rejects.toThrow('outer')
    await expect(db.query`SELECT * FROM t`).toReturnNothing()
  })

  test('the failure of a rollback hid the failure of the body', async ({ db, sessions }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
    await db.run`INSERT INTO t VALUES (1, 0), (2, 0)`
    const { other } = await sessions('other')
    await other.run`BEGIN`
    await other.run`UPDATE t SET v = 1 WHERE id = 2`
    const nested = db.transaction((tx) =>
      tx.transaction(async (inner) => {
        await inner.run`UPDATE t SET v = 2 WHERE id = 1`
        const theirs = other.start`UPDATE t SET v = 1 WHERE id = 1`
        const mine = inner.run`UPDATE t SET v = 2 WHERE id = 2`
        const [first] = await Promise.allSettled([mine, theirs.result()])
        if (first.status === 'rejected') throw first.reason
        throw new Error('the other one was the victim')
      }),
    )
    await expect(nested).rejects.toThrow(/Deadlock found|the other one was the victim/)
    await other.run`ROLLBACK`
  })
})
