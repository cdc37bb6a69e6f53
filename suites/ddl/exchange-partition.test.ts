import { expect, test } from 'vitest-tidb'

const READING = `CREATE TABLE reading (id INT, day INT, KEY by_day (day)) PARTITION BY RANGE (day) (
    PARTITION early VALUES LESS THAN (10), PARTITION late VALUES LESS THAN (20));
  INSERT INTO reading VALUES (1, 1), (2, 15);
  CREATE TABLE staged (id INT, day INT, KEY by_day (day))`

test('EXCHANGE PARTITION swaps the rows of a partition and a table', async ({ db }) => {
  await db.script(`${READING}; INSERT INTO staged VALUES (8, 5), (9, 6)`)
  await db.run`ALTER TABLE reading EXCHANGE PARTITION early WITH TABLE staged`
  await expect(db.query`SELECT id FROM reading ORDER BY id`).toReturnRows([{ id: 2 }, { id: 8 }, { id: 9 }])
  await expect(db.query`SELECT id FROM reading PARTITION (early) ORDER BY id`).toReturnRows([{ id: 8 }, { id: 9 }])
  await expect(db.query`SELECT id FROM staged`).toReturnRows([{ id: 1 }])
  await expect(db).toPassAdminCheck('reading')
  await expect(db).toPassAdminCheck('staged')
})

test('EXCHANGE PARTITION refuses a row that has no place in the partition, and swaps nothing', async ({ db }) => {
  await db.script(`${READING}; INSERT INTO staged VALUES (8, 5), (9, 15)`)
  await expect(db.run`ALTER TABLE reading EXCHANGE PARTITION early WITH TABLE staged`).toFailWith(
    'ER_ROW_DOES_NOT_MATCH_PARTITION',
  )
  await expect(db.query`SELECT id FROM reading PARTITION (early)`).toReturnRows([{ id: 1 }])
  await expect(db.query`SELECT id FROM staged ORDER BY id`).toReturnRows([{ id: 8 }, { id: 9 }])
})

test('EXCHANGE PARTITION refuses a table of another shape', async ({ db }) => {
  await db.script(`${READING}; CREATE TABLE slim (id INT)`)
  await expect(db.run`ALTER TABLE reading EXCHANGE PARTITION early WITH TABLE slim`).toFailWith(
    'ER_TABLES_DIFFERENT_METADATA',
  )
  await expect(db.query`SELECT id FROM reading PARTITION (early)`).toReturnRows([{ id: 1 }])
})

test('a partition that was exchanged with an empty table can be dropped at no cost to its rows', async ({ db }) => {
  await db.script(READING)
  await db.run`ALTER TABLE reading EXCHANGE PARTITION early WITH TABLE staged`
  await db.run`ALTER TABLE reading DROP PARTITION early`
  await expect(db.query`SELECT id FROM staged`).toReturnRows([{ id: 1 }])
  await expect(db.query`SELECT id FROM reading`).toReturnRows([{ id: 2 }])
})
