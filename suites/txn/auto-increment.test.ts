import { expect, test } from 'vitest-tidb'

test('a number that was given in a transaction that is rolled back is not given again', async ({ db }) => {
  await db.run`CREATE TABLE ticket (id BIGINT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(32))`
  const before = await db.run`INSERT INTO ticket (title) VALUES ('before')`
  await db.run`BEGIN`
  const undone = await db.run`INSERT INTO ticket (title) VALUES ('undone')`
  await db.run`ROLLBACK`
  const after = await db.run`INSERT INTO ticket (title) VALUES ('after')`
  expect(undone.insertId).toBeGreaterThan(before.insertId)
  expect(after.insertId).toBeGreaterThan(undone.insertId)
  await expect(db.query`SELECT id, title FROM ticket ORDER BY id`).toReturnRows([
    { id: Number(before.insertId), title: 'before' },
    { id: Number(after.insertId), title: 'after' },
  ])
})

test('a number is lost to an insert that fails on a duplicate key', async ({ db }) => {
  await db.run`CREATE TABLE ticket (id BIGINT PRIMARY KEY AUTO_INCREMENT, code INT UNIQUE)`
  const first = await db.run`INSERT INTO ticket (code) VALUES (1)`
  await expect(db.run`INSERT INTO ticket (code) VALUES (1)`).toFailWith('ER_DUP_ENTRY')
  const next = await db.run`INSERT INTO ticket (code) VALUES (2)`
  expect(next.insertId).toBeGreaterThan(first.insertId + 1n)
})

test('sessions that insert at the same time never get the same number', async ({ db, sessions }) => {
  await db.run`CREATE TABLE ticket (id BIGINT PRIMARY KEY AUTO_INCREMENT, owner VARCHAR(16))`
  const writers = await sessions(8)
  const given = await Promise.all(
    writers.map(async (writer) => {
      const ids: bigint[] = []
      for (let n = 0; n < 25; n++)
        ids.push((await writer.run`INSERT INTO ticket (owner) VALUES (${writer.name})`).insertId)
      return ids
    }),
  )
  const all = given.flat()
  expect(new Set(all).size).toBe(200)
  for (const ids of given) expect(ids).toEqual(ids.toSorted((a, b) => Number(a - b)))
  await expect(db.query`SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM ticket`).toReturnRows([
    { n: 200, ids: 200 },
  ])
})

test('LAST_INSERT_ID belongs to its session and outlives a rollback', async ({ db, sessions }) => {
  await db.run`CREATE TABLE ticket (id BIGINT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(32))`
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.run`BEGIN`
  const { insertId } = await alice.run`INSERT INTO ticket (title) VALUES ('undone')`
  await bob.run`INSERT INTO ticket (title) VALUES ('kept')`
  await alice.run`ROLLBACK`
  await expect(alice.query`SELECT LAST_INSERT_ID() AS id`).toReturnRows([{ id: Number(insertId) }])
})

test('with AUTO_ID_CACHE 1 the numbers of several sessions follow each other without gaps', async ({
  db,
  sessions,
}) => {
  await db.run`CREATE TABLE ticket (id BIGINT PRIMARY KEY AUTO_INCREMENT, owner VARCHAR(16)) AUTO_ID_CACHE 1`
  const { alice, bob } = await sessions('alice', 'bob')
  const ids: bigint[] = []
  for (let n = 0; n < 5; n++) {
    for (const session of [alice, bob]) {
      ids.push((await session.run`INSERT INTO ticket (owner) VALUES (${session.name})`).insertId)
    }
  }
  expect(ids).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n])
})
