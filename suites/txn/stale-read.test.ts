import { expect, sql, test, type Session } from 'vitest-tidb'

/** The time of a new transaction, to the millisecond, by the clock that TiDB's timestamps come from. */
async function now(session: Session): Promise<Date> {
  return session.transaction(async (tx) => {
    const [row] = await tx.query<{ now: Date }>`SELECT TIDB_PARSE_TSO(@@tidb_current_ts) AS now`
    if (row === undefined) throw new Error('TiDB gave no timestamp')
    return row.now
  })
}

/** A moment after what the session has just committed and before all that is committed from now on. */
async function momentAfterWrite(session: Session): Promise<Date> {
  const [written] = await session.query<{ at: Date }>`
    SELECT TIDB_PARSE_TSO(JSON_EXTRACT(@@tidb_last_txn_info, '$.commit_ts')) AS at`
  if (written === undefined) throw new Error('the session has committed nothing')
  let moment = written.at
  // Two timestamps can fall into one millisecond, and AS OF TIMESTAMP means its beginning.
  await expect
    .poll(async () => (moment = await now(session)).getTime(), { interval: 2, timeout: 10_000 })
    .toBeGreaterThan(written.at.getTime())
  return moment
}

/** A table with v = 1 at the moment that is returned, and v = 2 and a further row now. */
async function twoVersions(db: Session): Promise<Date> {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1)`
  const moment = await momentAfterWrite(db)
  await db.run`UPDATE t SET v = 2 WHERE id = 1`
  await db.run`INSERT INTO t VALUES (2, 2)`
  return moment
}

test('AS OF TIMESTAMP reads the rows as they were at that time', async ({ db }) => {
  const moment = await twoVersions(db)
  await expect(db.query`SELECT id, v FROM t AS OF TIMESTAMP ${moment}`).toReturnRows([{ id: 1, v: 1 }])
  await expect(db.query`SELECT id, v FROM t ORDER BY id`).toReturnRows([
    { id: 1, v: 2 },
    { id: 2, v: 2 },
  ])
})

const openings = ['START TRANSACTION', 'SET TRANSACTION'] as const

test.for(openings)('%s READ ONLY AS OF TIMESTAMP reads the past in the whole transaction', async (opening, { db }) => {
  const moment = await twoVersions(db)
  await db.run`${sql.raw(opening)} READ ONLY AS OF TIMESTAMP ${moment}`
  // SET only prepares the transaction that BEGIN then opens.
  if (opening === 'SET TRANSACTION') await db.run`BEGIN`
  await expect(db.query`SELECT id, v FROM t`).toReturnRows([{ id: 1, v: 1 }])
  await expect(db.query`SELECT COUNT(*) AS n FROM t WHERE v = 2`).toReturnRows([{ n: 0 }])
  await db.run`COMMIT`
  await expect(db.query`SELECT COUNT(*) AS n FROM t WHERE v = 2`).toReturnRows([{ n: 2 }])
})

test('a transaction that reads the past refuses to write', async ({ db }) => {
  const moment = await twoVersions(db)
  await db.run`START TRANSACTION READ ONLY AS OF TIMESTAMP ${moment}`
  await expect(db.run`INSERT INTO t VALUES (3, 3)`).toFailWith({ message: 'read-only' })
  await expect(db.run`UPDATE t SET v = 3 WHERE id = 1`).toFailWith({ message: 'read-only' })
  await db.run`COMMIT`
  await expect(db.query`SELECT COUNT(*) AS n FROM t WHERE v = 3`).toReturnRows([{ n: 0 }])
})

test('a stale read is not held up by a lock', async ({ db, sessions }) => {
  const moment = await twoVersions(db)
  const { writer } = await sessions('writer')
  await writer.run`BEGIN PESSIMISTIC`
  await writer.run`UPDATE t SET v = 3`
  await expect(db.query`SELECT v FROM t AS OF TIMESTAMP ${moment}`).toReturnRows([{ v: 1 }])
  await writer.run`ROLLBACK`
})

test('a stale read finds a column that has been dropped since', async ({ db }) => {
  const moment = await twoVersions(db)
  await db.run`ALTER TABLE t DROP COLUMN v`
  await expect(db.query`SELECT * FROM t AS OF TIMESTAMP ${moment}`).toReturnRows([{ id: 1, v: 1 }])
  await expect(db.query`SELECT * FROM t ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
})

test('a time in the future cannot be read', async ({ db }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const tomorrow = new Date((await now(db)).getTime() + 86_400_000)
  await expect(db.query`SELECT id FROM t AS OF TIMESTAMP ${tomorrow}`).toFailWith({ message: 'future time' })
})

test('AS OF TIMESTAMP is refused inside of a transaction', async ({ db }) => {
  const moment = await twoVersions(db)
  await db.run`BEGIN`
  await expect(db.query`SELECT v FROM t AS OF TIMESTAMP ${moment}`).toFailWith('ER_AS_OF')
  await db.run`ROLLBACK`
})
