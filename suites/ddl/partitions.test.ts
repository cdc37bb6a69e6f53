import { expect, test } from 'vitest-tidb'

const SALE = `CREATE TABLE sale (id INT, year INT, PRIMARY KEY (id, year)) PARTITION BY RANGE (year) (
  PARTITION before_2000 VALUES LESS THAN (2000),
  PARTITION before_2010 VALUES LESS THAN (2010)
)`

test('a row goes to the partition of its range, and one without a partition is refused', async ({ db }) => {
  await db.script(SALE)
  await db.run`INSERT INTO sale VALUES (1, 1999), (2, 2000), (3, 2009)`
  await expect(db.query`SELECT id FROM sale PARTITION (before_2000)`).toReturnRows([{ id: 1 }])
  await expect(db.query`SELECT id FROM sale PARTITION (before_2010) ORDER BY id`).toReturnRows([{ id: 2 }, { id: 3 }])
  await expect(db.run`INSERT INTO sale VALUES (4, 2010)`).toFailWith('ER_NO_PARTITION_FOR_GIVEN_VALUE')
})

test('a partition that is added takes rows that had no place before', async ({ db }) => {
  await db.script(SALE)
  await db.run`ALTER TABLE sale ADD PARTITION (PARTITION later VALUES LESS THAN (MAXVALUE))`
  await expect(db.run`INSERT INTO sale VALUES (1, 2030)`).toAffectRows(1)
  await expect(db.query`SELECT id FROM sale PARTITION (later)`).toReturnRows([{ id: 1 }])
})

test('a partition that is dropped or truncated loses its rows, and no other rows', async ({ db }) => {
  await db.script(SALE)
  await db.run`INSERT INTO sale VALUES (1, 1999), (2, 2005)`
  await db.run`ALTER TABLE sale TRUNCATE PARTITION before_2010`
  await expect(db.query`SELECT id FROM sale`).toReturnRows([{ id: 1 }])
  await db.run`INSERT INTO sale VALUES (3, 2005)`
  await db.run`ALTER TABLE sale DROP PARTITION before_2000`
  await expect(db.query`SELECT id FROM sale`).toReturnRows([{ id: 3 }])
})

test('partitions are split and merged with their rows', async ({ db }) => {
  await db.script(SALE)
  await db.run`INSERT INTO sale VALUES (1, 1985), (2, 1999), (3, 2005)`
  await db.run`ALTER TABLE sale REORGANIZE PARTITION before_2000 INTO (
    PARTITION before_1990 VALUES LESS THAN (1990), PARTITION nineties VALUES LESS THAN (2000))`
  await expect(db.query`SELECT id FROM sale PARTITION (nineties)`).toReturnRows([{ id: 2 }])
  await db.run`ALTER TABLE sale REORGANIZE PARTITION nineties, before_2010 INTO (
    PARTITION before_2010 VALUES LESS THAN (2010))`
  await expect(db.query`SELECT id FROM sale PARTITION (before_2010) ORDER BY id`).toReturnRows([{ id: 2 }, { id: 3 }])
  await expect(db.query`SELECT COUNT(*) AS n FROM sale`).toReturnRows([{ n: 3 }])
})

test('a query on the partitioning column reads the partitions that can hold its rows', async ({ db }) => {
  await db.script(SALE)
  const plan = await db.explain`SELECT * FROM sale WHERE year = 2005`
  const read = plan.nodes.map((node) => node.accessObject).join(' ')
  expect(read).toContain('partition:before_2010')
  expect(read).not.toContain('before_2000')
})

test('a list partition takes the values of its list', async ({ db }) => {
  await db.run`CREATE TABLE shop (id INT, country CHAR(2)) PARTITION BY LIST COLUMNS (country) (
    PARTITION nordic VALUES IN ('dk', 'no', 'se'), PARTITION baltic VALUES IN ('ee', 'lt', 'lv'))`
  await db.run`INSERT INTO shop VALUES (1, 'no'), (2, 'lv')`
  await expect(db.query`SELECT id FROM shop PARTITION (baltic)`).toReturnRows([{ id: 2 }])
  await expect(db.run`INSERT INTO shop VALUES (3, 'fr')`).toFailWith('ER_NO_PARTITION_FOR_GIVEN_VALUE')
})

test('hash partitions share the rows out, and a table can be partitioned anew or no more', async ({ db }) => {
  await db.run`CREATE TABLE hit (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 4`
  await db.run`INSERT INTO hit VALUES (0), (1), (2), (3), (4), (5), (6), (7)`
  await expect(db.query`SELECT id FROM hit PARTITION (p1) ORDER BY id`).toReturnRows([{ id: 1 }, { id: 5 }])
  await db.run`ALTER TABLE hit PARTITION BY HASH (id) PARTITIONS 2`
  await expect(db.query`SELECT id FROM hit PARTITION (p1) ORDER BY id`).toReturnRows([
    { id: 1 },
    { id: 3 },
    { id: 5 },
    { id: 7 },
  ])
  await db.run`ALTER TABLE hit REMOVE PARTITIONING`
  await expect(db.query`SELECT id FROM hit PARTITION (p1)`).toFailWith('ER_PARTITION_CLAUSE_ON_NONPARTITIONED')
  await expect(db.query`SELECT COUNT(*) AS n FROM hit`).toReturnRows([{ n: 8 }])
})

test('a unique key must hold the partitioning column', async ({ db }) => {
  await expect(db.run`CREATE TABLE hit (id INT PRIMARY KEY, day INT) PARTITION BY HASH (day) PARTITIONS 4`).toFailWith(
    'ER_UNIQUE_KEY_NEED_ALL_FIELDS_IN_PF',
  )
  await expect(db).not.toHaveTable('hit')
})
