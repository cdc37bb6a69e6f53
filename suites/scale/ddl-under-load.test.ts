import { expect, test, workloads, type LoadResult, type Session } from 'vitest-tidb'

const rows = 2_000
const updates = workloads.mixture([
  [2, workloads.pointSelect({ rows })],
  [1, workloads.updateIndex({ rows })],
])
const pace = { sessions: 4, rate: 80, atLeast: 500 } as const
/** A schema change may meet a transaction that began before it; whoever tries again succeeds. */
const allowed = { except: [8028, 'ER_WRITE_CONFLICT', 'transient'] } as const

/** What every change of the schema beside a load is held to. */
async function expectWhole(db: Session, during: LoadResult): Promise<void> {
  expect(during).toHaveNoErrors(allowed)
  expect(during.transactions).toBeGreaterThan(0)
  await expect(db).toPassAdminCheck('sbtest1')
  await expect(db.query`SELECT COUNT(*) AS n FROM sbtest1`).toReturnRows([{ n: rows }])
}

test('an index is added while rows are read and updated', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  await updates.prepare(db)
  const { builder } = await sessions('builder')
  const during = await load.during(updates, pace, () => builder.run`ALTER TABLE sbtest1 ADD INDEX k2 (k, c)`)
  await expectWhole(db, during)
  await expect(db).toHaveIndex('sbtest1', { columns: ['k', 'c'] })
  const [byIndex, byTable] = await Promise.all([
    db.query`SELECT CAST(SUM(k) AS CHAR) AS total FROM sbtest1 USE INDEX (k2) WHERE k >= 0`,
    db.query`SELECT CAST(SUM(k) AS CHAR) AS total FROM sbtest1 IGNORE INDEX (k_1, k2)`,
  ])
  expect(byIndex).toEqual(byTable)
})

test('a column is added while rows are read and updated', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  await updates.prepare(db)
  const { builder } = await sessions('builder')
  const during = await load.during(
    updates,
    pace,
    () => builder.run`ALTER TABLE sbtest1 ADD COLUMN note VARCHAR(8) NOT NULL DEFAULT 'new'`,
  )
  await expectWhole(db, during)
  await expect(db.query`SELECT COUNT(*) AS n FROM sbtest1 WHERE note = 'new'`).toReturnRows([{ n: rows }])
})

test('a column gets another type while it is updated', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  await updates.prepare(db)
  const { builder } = await sessions('builder')
  const during = await load.during(
    updates,
    pace,
    () => builder.run`ALTER TABLE sbtest1 MODIFY COLUMN k VARCHAR(20) NOT NULL DEFAULT '0'`,
  )
  await expectWhole(db, during)
  await expect(db).toHaveColumn('sbtest1', { name: 'k', type: 'varchar(20)' })
})

test('an index is dropped while rows are read and updated', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  await updates.prepare(db)
  const { builder } = await sessions('builder')
  const during = await load.during(updates, pace, () => builder.run`ALTER TABLE sbtest1 DROP INDEX k_1`)
  await expectWhole(db, during)
  await expect(db).not.toHaveIndex('sbtest1', 'k_1')
})

test(
  'a column that nobody uses is dropped while rows are read and updated',
  { timeout: 120_000 },
  async ({ db, sessions, load }) => {
    await updates.prepare(db)
    const { builder } = await sessions('builder')
    const during = await load.during(updates, pace, () => builder.run`ALTER TABLE sbtest1 DROP COLUMN pad`)
    await expectWhole(db, during)
    await expect(db).not.toHaveColumn('sbtest1', 'pad')
  },
)

test(
  'statements on a column that is dropped fail, and say why',
  { timeout: 120_000 },
  async ({ db, sessions, load }) => {
    const selects = workloads.pointSelect({ rows })
    await selects.prepare(db)
    const { builder } = await sessions('builder')
    const during = await load.during(selects, pace, () => builder.run`ALTER TABLE sbtest1 DROP COLUMN c`)
    expect(during).toHaveNoErrors({ except: [8028, 'ER_BAD_FIELD_ERROR'] })
    await expect(db).not.toHaveColumn('sbtest1', 'c')
    await expect(db).toPassAdminCheck('sbtest1')
  },
)

test('no money is lost while the accounts get a column', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  const bank = workloads.bankTransfer({ accounts: 200 })
  await bank.prepare(db)
  const { builder } = await sessions('builder')
  const during = await load.during(
    bank,
    pace,
    () => builder.run`ALTER TABLE bank_account ADD COLUMN note VARCHAR(8) NOT NULL DEFAULT ''`,
  )
  expect(during).toHaveNoErrors(allowed)
  expect(during).toKeepInvariant()
  await expect(db).toPassAdminCheck('bank_account')
})

const events = workloads.own({
  name: 'events',
  step: async (session, random) => {
    const id = Math.floor(random() * 1_000_000)
    await session.run`INSERT IGNORE INTO event VALUES (${id}, ${100 + (id % 100)}, 'new')`
    await session.query`SELECT * FROM event WHERE id = ${id} AND day = ${100 + (id % 100)}`
  },
})

/** Days below 100 are old and nobody's; events are of the days from 100 on. */
async function prepareEvents(db: Session): Promise<void> {
  await db.run`
    CREATE TABLE event (id INT, day INT, what VARCHAR(8), PRIMARY KEY (id, day))
    PARTITION BY RANGE (day) (
      PARTITION older VALUES LESS THAN (50), PARTITION old VALUES LESS THAN (100),
      PARTITION low VALUES LESS THAN (150), PARTITION high VALUES LESS THAN (300))`
  await db.run`INSERT INTO event VALUES (1, 10, 'older'), (2, 60, 'old')`
}

test(
  'partitions are added, emptied and dropped while others are written to',
  { timeout: 120_000 },
  async ({ db, sessions, load }) => {
    await prepareEvents(db)
    const { keeper } = await sessions('keeper')
    const during = await load.during(events, pace, async () => {
      await keeper.run`ALTER TABLE event ADD PARTITION (PARTITION later VALUES LESS THAN (400))`
      await keeper.run`ALTER TABLE event TRUNCATE PARTITION older`
      await keeper.run`ALTER TABLE event DROP PARTITION old`
    })
    expect(during).toHaveNoErrors(allowed)
    await expect(db.query`SELECT COUNT(*) AS n FROM event WHERE day < 100`).toReturnRows([{ n: 0 }])
    const [row] = await db.query<{ n: number }>`SELECT COUNT(*) AS n FROM event WHERE what = 'new'`
    expect(row!.n).toBeGreaterThan(0)
    await expect(db).toPassAdminCheck('event')
  },
)

test('a partition is divided while it is written to', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  await prepareEvents(db)
  const { keeper } = await sessions('keeper')
  const during = await load.during(
    events,
    pace,
    () => keeper.run`
      ALTER TABLE event REORGANIZE PARTITION low INTO (
        PARTITION lower VALUES LESS THAN (120), PARTITION middle VALUES LESS THAN (150))`,
  )
  expect(during).toHaveNoErrors(allowed)
  const [whole] = await db.query<{ n: number }>`SELECT COUNT(*) AS n FROM event WHERE day < 150`
  const [parts] = await db.query<{ n: number }>`SELECT COUNT(*) AS n FROM event PARTITION (older, old, lower, middle)`
  expect(parts!.n).toBe(whole!.n)
  await expect(db).toPassAdminCheck('event')
})
