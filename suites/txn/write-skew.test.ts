import { expect, sql, test } from 'vitest-tidb'

const table = sql`CREATE TABLE doctor (name VARCHAR(16) PRIMARY KEY, on_call TINYINT)`
const onCall = sql`SELECT COUNT(*) AS n FROM doctor WHERE on_call = 1`

test.for(['PESSIMISTIC', 'OPTIMISTIC'])('%s transactions allow write skew', async (mode, { db, sessions }) => {
  await db.run`${table}`
  await db.run`INSERT INTO doctor VALUES ('ann', 1), ('ben', 1)`
  const { ann, ben } = await sessions('ann', 'ben')
  for (const session of [ann, ben]) {
    await session.run`BEGIN ${sql.raw(mode)}`
    await expect(session.query`${onCall}`).toReturnRows([{ n: 2 }])
  }
  for (const session of [ann, ben]) {
    await expect(session.run`UPDATE doctor SET on_call = 0 WHERE name = ${session.name}`).toAffectRows(1)
  }
  await ann.run`COMMIT`
  await ben.run`COMMIT`
  await expect(db.query`${onCall}`).toReturnRows([{ n: 0 }])
})

test('a locking read of what was decided on prevents write skew', async ({ db, sessions }) => {
  await db.run`${table}`
  await db.run`INSERT INTO doctor VALUES ('ann', 1), ('ben', 1)`
  const { ann, ben } = await sessions('ann', 'ben')
  await ann.run`BEGIN PESSIMISTIC`
  await ben.run`BEGIN PESSIMISTIC`
  await expect(ann.query`SELECT name FROM doctor WHERE on_call = 1 ORDER BY name FOR UPDATE`).toReturnRows([
    { name: 'ann' },
    { name: 'ben' },
  ])
  const read = ben.start`SELECT name FROM doctor WHERE on_call = 1 ORDER BY name FOR UPDATE`
  await expect(read).toBeBlockedBy(ann)
  await ann.run`UPDATE doctor SET on_call = 0 WHERE name = 'ann'`
  await ann.run`COMMIT`
  await expect(read).toReturnRows([{ name: 'ben' }])
  await ben.run`ROLLBACK`
  await expect(db.query`${onCall}`).toReturnRows([{ n: 1 }])
})

test('a pessimistic update of a value that was read before loses the update in between', async ({ db, sessions }) => {
  await db.run`CREATE TABLE counter (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO counter VALUES (1, 0)`
  const { slow, quick } = await sessions('slow', 'quick')
  await slow.run`BEGIN PESSIMISTIC`
  const [read] = await slow.query<{ v: number }>`SELECT v FROM counter WHERE id = 1`
  await quick.run`UPDATE counter SET v = v + 10 WHERE id = 1`
  await slow.run`UPDATE counter SET v = ${(read?.v ?? Number.NaN) + 1} WHERE id = 1`
  await slow.run`COMMIT`
  await expect(db.query`SELECT v FROM counter`).toReturnRows([{ v: 1 }])
})

test('a pessimistic update of the value as it is now loses nothing', async ({ db, sessions }) => {
  await db.run`CREATE TABLE counter (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO counter VALUES (1, 0)`
  const { slow, quick } = await sessions('slow', 'quick')
  await slow.run`BEGIN PESSIMISTIC`
  await expect(slow.query`SELECT v FROM counter WHERE id = 1`).toReturnRows([{ v: 0 }])
  await quick.run`UPDATE counter SET v = v + 10 WHERE id = 1`
  await slow.run`UPDATE counter SET v = v + 1 WHERE id = 1`
  await slow.run`COMMIT`
  await expect(db.query`SELECT v FROM counter`).toReturnRows([{ v: 11 }])
})
