import { expect, test, type Session } from 'vitest-tidb'
import { holdStatement, openSession } from 'vitest-tidb/engine'

async function milliseconds(work: () => PromiseLike<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

test('with latency each statement takes a round trip longer, with the same rows', async ({ faults }) => {
  const { far } = await faults.sessions('far')
  await faults.latency({ milliseconds: 20, jitter: 5, seed: 7 }, async () => {
    const took = await milliseconds(async () => {
      for (const n of [1, 2, 3]) await expect(far.query`SELECT ${n} AS n`).toReturnRows([{ n }])
    })
    expect(took).toBeGreaterThan(3 * 2 * 15 - 1)
  })
})

test('with latency one way only, the other is as quick as before', async ({ faults }) => {
  const { far } = await faults.sessions('far')
  const took = await faults.latency({ milliseconds: 40, direction: 'replies' }, () =>
    milliseconds(() => far.query`SELECT 1`),
  )
  expect(took).toBeGreaterThan(39)
})

test('a result comes through a narrow wire whole, and not sooner than it can', async ({ faults }) => {
  const { far } = await faults.sessions('far')
  await faults.bandwidth({ bytesPerSecond: 500_000 }, async () => {
    let rows: unknown
    const took = await milliseconds(async () => {
      rows = await far.query`SELECT REPEAT('x', 100000) AS x`
    })
    expect(rows).toEqual([{ x: 'x'.repeat(100_000) }])
    expect(took).toBeGreaterThan(195)
  })
})

test('rows that arrive in slices are the rows that were sent', async ({ db, faults }) => {
  await db.run`CREATE TABLE wide (id INT PRIMARY KEY, note LONGTEXT)`
  const notes = Array.from({ length: 4 }, (_, id) => ({ id, note: `${id}ü`.repeat(20_000) }))
  const { far } = await faults.sessions('far')
  await faults.slicing({ bytes: 997 }, async () => {
    for (const { id, note } of notes) await expect(far.run`INSERT INTO wide VALUES (${id}, ${note})`).toAffectRows(1)
    await expect(far.query`SELECT * FROM wide ORDER BY id`).toReturnRows(notes)
  })
  await expect(db.query`SELECT * FROM wide ORDER BY id`).toReturnRows(notes)
})

test('byte by byte, statements, errors and transactions work as ever', async ({ db, faults }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const { far } = await faults.sessions('far')
  await faults.slicing({ bytes: 1 }, async () => {
    await far.transaction((tx) => tx.run`INSERT INTO t VALUES (1), (2)`)
    await expect(far.run`INSERT INTO t VALUES (2)`).toFailWith('ER_DUP_ENTRY')
    await expect(far.query`SELECT id FROM t ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
  })
})

test('a statement that takes longer than its deadline is ended, over a slow wire too', async ({ faults }) => {
  await using slow = await openSession({ name: 'slow', endpoint: faults.endpoint, timeout: 400 })
  await faults.latency({ milliseconds: 10 }, async () => {
    await expect(slow.query`SELECT SLEEP(60)`).rejects.toMatchObject({ code: 'STATEMENT_TIMEOUT' })
    await expect(slow.query`SELECT 1 AS one`).resolves.toEqual([{ one: 1 }])
  })
})

test('a server that falls silent holds its sessions up, and loses nothing of what they said', async ({
  db,
  faults,
}) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const { patient } = await faults.sessions('patient')
  const insert = await faults.stall({}, async () => {
    const started = patient.start`INSERT INTO t VALUES (1)`
    await expect(db.query`SELECT * FROM t`).toReturnNothing()
    expect(started.status).toBe('running')
    return started
  })
  await expect(insert).toAffectRows(1)
  await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 1 }])
})

test('a stall with a time of its own ends while the work goes on', async ({ faults }) => {
  const { patient } = await faults.sessions('patient')
  await faults.stall({ for: 150 }, async () => {
    const took = await milliseconds(() => expect(patient.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }]))
    expect(took).toBeGreaterThan(100)
  })
})

test('a statement that is held back is seen by the server only afterwards', async ({ db, faults }) => {
  await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
  const { late } = await faults.sessions('late')
  const read = (session: Session) => session.query<{ v: number }>`SELECT v FROM t WHERE id = 1`
  const held = holdStatement({ of: 'UPDATE t' })
  const update = await faults.during(held, async () => {
    const started = late.start`UPDATE t SET v = v + 1 WHERE id = 1`
    await expect.poll(() => held.happened).toBe(1)
    await db.run`UPDATE t SET v = 10 WHERE id = 1`
    expect(await read(db)).toEqual([{ v: 10 }])
    return started
  })
  await expect(update).toAffectRows(1)
  expect(await read(db)).toEqual([{ v: 11 }])
})
