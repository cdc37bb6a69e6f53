import { expect, test } from 'vitest-tidb'

test('AUTO_RANDOM spreads the keys that sessions insert at the same time, and gives none twice', async ({
  db,
  sessions,
}) => {
  await db.run`CREATE TABLE click (id BIGINT PRIMARY KEY AUTO_RANDOM(5), v INT)`
  await Promise.all(
    (await sessions(4)).map(async (session) => {
      for (let v = 0; v < 16; v++) await session.run`INSERT INTO click (v) VALUES (${v})`
    }),
  )
  // 64 statements over 32 shards: the shard is drawn for each transaction, in the 5 bits after the sign.
  const [spread] = await db.query<{ n: number; shards: number }>`
    SELECT COUNT(DISTINCT id) AS n, COUNT(DISTINCT id >> 58) AS shards FROM click`
  expect(spread?.n).toBe(64)
  expect(spread?.shards).toBeGreaterThan(4)
})

test('AUTO_RANDOM takes a key of yours only when the session asks for that', async ({ db }) => {
  await db.run`CREATE TABLE click (id BIGINT PRIMARY KEY AUTO_RANDOM, v INT)`
  await expect(db.run`INSERT INTO click VALUES (5, 1)`).toFailWith('ER_INVALID_AUTO_RANDOM')
  await db.run`SET allow_auto_random_explicit_insert = ON`
  await expect(db.run`INSERT INTO click VALUES (5, 1)`).toAffectRows(1)
})

test('AUTO_RANDOM can be had by a BIGINT primary key that stores the rows, and by no other column', async ({ db }) => {
  await expect(db.run`CREATE TABLE click (id INT PRIMARY KEY AUTO_RANDOM)`).toFailWith('ER_INVALID_AUTO_RANDOM')
  await expect(db.run`CREATE TABLE click (id BIGINT AUTO_RANDOM, PRIMARY KEY (id) NONCLUSTERED)`).toFailWith(
    'ER_INVALID_AUTO_RANDOM',
  )
  await expect(db).not.toHaveTable('click')
})
