import { expect, test } from 'vitest-tidb'
import { isUnderWay, jobBlockedBy, jobOf, jobReaches } from './ddl-jobs.ts'

const ACCOUNT = 'CREATE TABLE account (id INT PRIMARY KEY, email VARCHAR(64)); INSERT INTO account VALUES (1, NULL)'

test('a DDL job that is cancelled while it waits for a transaction leaves the schema as it was', async ({
  db,
  sessions,
}) => {
  await db.script(ACCOUNT)
  const { reader, migration } = await sessions('reader', 'migration')
  await reader.run`BEGIN`
  await reader.query`SELECT * FROM account`
  const adding = migration.start`ALTER TABLE account ADD COLUMN verified BOOLEAN NOT NULL DEFAULT FALSE`
  const id = await jobBlockedBy(reader, adding, db)

  await expect(db.query`ADMIN CANCEL DDL JOBS ${id}`).toReturnRows([{ JOB_ID: String(id), RESULT: 'successful' }])
  await jobReaches(id, 'cancelling', db)
  expect(isUnderWay(adding)).toBe(true)
  await reader.run`COMMIT`

  await expect(adding).toFailWith('ER_CANCELLED_DDL_JOB')
  expect(await jobOf(id, db)).toMatchObject({ state: 'rollback done', schemaState: 'none' })
  await expect(db).not.toHaveColumn('account', 'verified')
  await expect(db.query`SELECT * FROM account`).toReturnRows([{ id: 1, email: null }])
})

test('an index that is cancelled half way is gone, and can be added again', async ({ db, sessions }) => {
  await db.script(ACCOUNT)
  const { writer, migration } = await sessions('writer', 'migration')
  await writer.run`BEGIN`
  await writer.run`INSERT INTO account VALUES (2, ${'a@b.c'})`
  const adding = migration.start`ALTER TABLE account ADD UNIQUE INDEX by_email (email)`
  const id = await jobBlockedBy(writer, adding, db)
  await db.query`ADMIN CANCEL DDL JOBS ${id}`
  await writer.run`COMMIT`
  await expect(adding).toFailWith(8214)
  await expect(db).not.toHaveIndex('account', 'by_email')
  await expect(db.run`INSERT INTO account VALUES (3, ${'a@b.c'})`).toAffectRows(1)

  await db.run`DELETE FROM account WHERE id = 3`
  await migration.run`ALTER TABLE account ADD UNIQUE INDEX by_email (email)`
  await expect(db).toHaveIndex('account', { name: 'by_email', unique: true })
  await expect(db).toPassAdminCheck('account')
})

test('a drop that the server has begun can not be cancelled', async ({ db, sessions }) => {
  await db.script(ACCOUNT)
  const { reader, migration } = await sessions('reader', 'migration')
  await reader.run`BEGIN`
  await reader.query`SELECT * FROM account`
  const dropping = migration.start`ALTER TABLE account DROP COLUMN email`
  const id = await jobBlockedBy(reader, dropping, db)
  await expect(db.query`ADMIN CANCEL DDL JOBS ${id}`).toReturnRows([
    { JOB_ID: String(id), RESULT: expect.stringContaining('8226') },
  ])
  await reader.run`COMMIT`
  await dropping.result()
  await expect(db).not.toHaveColumn('account', 'email')
})

test('a DDL job that is paused goes on when it is resumed', async ({ db, sessions }) => {
  await db.script(ACCOUNT)
  const { reader, migration } = await sessions('reader', 'migration')
  await reader.run`BEGIN`
  await reader.query`SELECT * FROM account`
  const adding = migration.start`ALTER TABLE account ADD INDEX by_email (email)`
  const id = await jobBlockedBy(reader, adding, db)
  await expect(db.query`ADMIN PAUSE DDL JOBS ${id}`).toReturnRows([{ JOB_ID: String(id), RESULT: 'successful' }])
  await reader.run`COMMIT`
  await jobReaches(id, 'paused', db)
  await expect(db).not.toHaveIndex('account', 'by_email')
  expect(isUnderWay(adding)).toBe(true)

  await db.query`ADMIN RESUME DDL JOBS ${id}`
  await adding.result()
  await expect(db).toHaveIndex('account', 'by_email')
  await expect(db).toPassAdminCheck('account')
})

test('a DDL job that has ended can not be cancelled, and one that never was is not found', async ({ db }) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY)`
  const [created] = await db.query<{ id: number }>`
    SELECT job_id AS id FROM information_schema.ddl_jobs
    WHERE db_name = ${db.database ?? ''} AND table_name = 'account' AND job_type = 'create table'
    ORDER BY job_id DESC LIMIT 1`
  const ended = created?.id ?? 0
  expect(await jobOf(ended, db)).toMatchObject({ state: 'synced', schemaState: 'public' })
  const never = Number.MAX_SAFE_INTEGER
  await expect(db.query`ADMIN CANCEL DDL JOBS ${ended}, ${never}`).toReturnRows([
    { JOB_ID: String(ended), RESULT: expect.stringContaining('error') },
    { JOB_ID: String(never), RESULT: expect.stringContaining('not found') },
  ])
  await expect(db).toHaveTable('account')
})
