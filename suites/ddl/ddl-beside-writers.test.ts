import { expect, test, type Session, type StartedStatement } from 'vitest-tidb'
import { isUnderWay, patiently } from './ddl-jobs.ts'

async function seats(db: Session): Promise<void> {
  await db.run`CREATE TABLE seat (id INT PRIMARY KEY AUTO_INCREMENT, row_no INT NOT NULL, note VARCHAR(10))`
  await db.script(
    `INSERT INTO seat (row_no, note) VALUES ${Array.from({ length: 100 }, (_, n) => `(${n}, 'x')`).join(', ')}`,
  )
}

/** Inserts and updates as long as the DDL is under way; how many rows were added. */
async function writeBeside(ddl: StartedStatement<unknown>, writer: Session, progress: { rows: number }): Promise<void> {
  while (isUnderWay(ddl)) {
    await writer.transaction(
      async (tx) => {
        await tx.run`INSERT INTO seat (row_no) VALUES (1)`
        await tx.run`UPDATE seat SET row_no = row_no + 1 WHERE id = ${1 + (progress.rows % 100)}`
      },
      { retry: true },
    )
    progress.rows += 1
  }
}

const changes = [
  { change: 'ADD COLUMN', ddl: 'ALTER TABLE seat ADD COLUMN price INT NOT NULL DEFAULT 7', column: 'price' },
  { change: 'MODIFY COLUMN', ddl: 'ALTER TABLE seat MODIFY COLUMN row_no BIGINT NOT NULL', column: 'row_no' },
  { change: 'RENAME COLUMN', ddl: 'ALTER TABLE seat RENAME COLUMN note TO remark', column: 'remark' },
] as const

test.for(changes)(
  '$change goes through while others write, and no row of theirs is lost',
  async ({ ddl, column }, { db, sessions }) => {
    await seats(db)
    const { reader, builder, writer } = await sessions('reader', 'builder', 'writer')
    await reader.run`BEGIN`
    await reader.query`SELECT COUNT(*) FROM seat`
    const altering = builder.startScript(ddl)
    await expect(altering).toBeBlockedBy(reader)

    const progress = { rows: 0 }
    const writing = writeBeside(altering, writer, progress)
    await expect.poll(() => progress.rows, patiently).toBeGreaterThan(5)
    await reader.run`COMMIT`
    await altering.result()
    await writing

    await expect(db).toHaveColumn('seat', column)
    await expect(db.query`SELECT COUNT(*) AS n FROM seat`).toReturnRows([{ n: 100 + progress.rows }])
    await expect(db).toPassAdminCheck('seat')
  },
)

test('two DDLs on one table run one after the other, in the order in which they came', async ({ db, sessions }) => {
  await seats(db)
  const { reader, first, second } = await sessions('reader', 'first', 'second')
  await reader.run`BEGIN`
  await reader.query`SELECT COUNT(*) FROM seat`
  const adding = first.start`ALTER TABLE seat ADD COLUMN price INT`
  await expect(adding).toBeBlockedBy(reader)
  const indexing = second.start`ALTER TABLE seat ADD INDEX by_note (note)`
  await expect(indexing).toBeBlocked()
  await reader.run`COMMIT`
  await Promise.all([adding.result(), indexing.result()])
  const jobs = await db.query<{ type: string; state: string }>`
    SELECT job_type AS type, state FROM information_schema.ddl_jobs
    WHERE db_name = DATABASE() AND table_name = 'seat' AND job_type <> 'create table' ORDER BY end_time, job_id`
  expect(jobs).toMatchObject([{ type: 'add column' }, { type: expect.stringContaining('add index') }])
  await expect(db).toPassAdminCheck('seat')
})

test('DDL on another table does not wait for the one that is blocked', async ({ db, sessions }) => {
  await seats(db)
  await db.run`CREATE TABLE hall (id INT PRIMARY KEY)`
  const { reader, first, second } = await sessions('reader', 'first', 'second')
  await reader.run`BEGIN`
  await reader.query`SELECT COUNT(*) FROM seat`
  const adding = first.start`ALTER TABLE seat ADD COLUMN price INT`
  await expect(adding).toBeBlockedBy(reader)
  await second.run`ALTER TABLE hall ADD COLUMN city VARCHAR(10)`
  await expect(db).toHaveColumn('hall', 'city')
  await expect(adding).toBeBlockedBy(reader)
  await reader.run`COMMIT`
  await adding.result()
})

test('KILL of the transaction that blocks a DDL lets it go on', async ({ db, sessions }) => {
  await seats(db)
  const { reader, builder } = await sessions('reader', 'builder')
  await reader.run`BEGIN`
  await reader.query`SELECT COUNT(*) FROM seat`
  const adding = builder.start`ALTER TABLE seat ADD COLUMN price INT`
  await expect(adding).toBeBlockedBy(reader)
  await db.script(`KILL ${reader.connectionId}`)
  await adding.result()
  await expect(db).toHaveColumn('seat', 'price')
})

test('a session that disconnects with its transaction open no longer blocks a DDL', async ({ db, sessions }) => {
  await seats(db)
  const { reader, builder } = await sessions('reader', 'builder')
  await reader.run`BEGIN`
  await reader.run`UPDATE seat SET note = 'mine' WHERE id = 1`
  const truncating = builder.start`TRUNCATE TABLE seat`
  await expect(truncating).toBeBlockedBy(reader)
  await reader.close()
  await truncating.result()
  await expect(db.query`SELECT id FROM seat`).toReturnNothing()
})

test('two transactions that hold a table are both named as those who block its DDL', async ({ db, sessions }) => {
  await seats(db)
  const { alice, bob, builder } = await sessions('alice', 'bob', 'builder')
  for (const reader of [alice, bob]) {
    await reader.run`BEGIN`
    await reader.query`SELECT COUNT(*) FROM seat`
  }
  const adding = builder.start`ALTER TABLE seat ADD INDEX by_row (row_no)`
  await expect(adding).toBeBlockedBy(alice, bob)
  await alice.run`COMMIT`
  await expect(adding).toBeBlockedBy(bob)
  await expect(adding).not.toBeBlockedBy(alice)
  await bob.run`COMMIT`
  await adding.result()
  await expect(db).toPassAdminCheck('seat')
})
