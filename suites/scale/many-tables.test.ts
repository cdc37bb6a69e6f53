import { expect, sql, test } from 'vitest-tidb'

const names = Array.from({ length: 100 }, (_, index) => `shard_${String(index).padStart(3, '0')}`)

test('100 tables of one database each keep their own rows', { timeout: 120_000 }, async ({ db }) => {
  for (const [index, name] of names.entries()) {
    await db.run`CREATE TABLE ${sql.id(name)} (id INT PRIMARY KEY, v INT, KEY by_v (v))`
    await db.run`INSERT INTO ${sql.id(name)} VALUES (1, ${index}), (2, ${index + 100})`
  }

  await expect(db.query`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${db.database!} ORDER BY table_name
  `).toReturnRows(names.map((name) => ({ name })))
  const all = names.map((name, index) => sql`${sql.raw(index === 0 ? '' : 'UNION ALL ')}SELECT v FROM ${sql.id(name)} `)
  const union = all.reduce((text, part) => sql`${text}${part}`)
  await expect(
    db.query`SELECT COUNT(*) AS n, COUNT(DISTINCT v) AS different, SUM(v) AS total FROM (${union}) AS shard`,
  ).toReturnRows([{ n: 200, different: 200, total: '19900' }])

  const [dropped, kept] = [names.slice(0, 20), names.slice(20)]
  for (const name of dropped) await db.run`DROP TABLE ${sql.id(name)}`
  await expect(db.query`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${db.database!} ORDER BY table_name
  `).toReturnRows(kept.map((name) => ({ name })))
  await expect(db.query`SELECT v FROM shard_000`).toFailWith('ER_NO_SUCH_TABLE')
  await expect(db.query`SELECT v FROM shard_099 ORDER BY v`).toReturnRows([{ v: 99 }, { v: 199 }])
})

test('a table of 128 partitions keeps each row in its own', { timeout: 120_000 }, async ({ db }) => {
  await db.run`CREATE TABLE event (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 128`
  const values = Array.from({ length: 1_280 }, (_, id) => sql`(${id}, ${id % 7})`)
  await db.run`INSERT INTO event VALUES ${sql.list(values)}`
  await expect(db.query`
    SELECT COUNT(*) AS n FROM information_schema.partitions WHERE table_schema = ${db.database!} AND table_name = 'event'
  `).toReturnRows([{ n: 128 }])
  for (const partition of [0, 63, 127]) {
    const rows = Array.from({ length: 10 }, (_, index) => ({ id: partition + index * 128 }))
    await expect(db.query`SELECT id FROM event PARTITION (${sql.id(`p${partition}`)}) ORDER BY id`).toReturnRows(rows)
  }
  await expect(db.query`SELECT COUNT(*) AS n FROM event WHERE v = 3`).toReturnRows([{ n: 183 }])
  await expect(db).toPassAdminCheck('event')
})
