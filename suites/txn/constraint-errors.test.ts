import { expect, test } from 'vitest-tidb'

const broken = [
  { constraint: 'the primary key', error: 1062, statement: `INSERT INTO child VALUES (1, 1, 'b', 1)` },
  { constraint: 'a unique index', error: 1062, statement: `INSERT INTO child VALUES (9, 1, 'a', 1)` },
  { constraint: 'NOT NULL', error: 1048, statement: `INSERT INTO child VALUES (9, 1, NULL, 1)` },
  { constraint: 'a missing default', error: 1364, statement: `INSERT INTO child (id, parent_id) VALUES (9, 1)` },
  { constraint: 'the length of a column', error: 1406, statement: `INSERT INTO child VALUES (9, 1, 'abcde', 1)` },
  { constraint: 'the range of a column', error: 1264, statement: `INSERT INTO child VALUES (9, 1, 'b', 300)` },
  { constraint: 'the type of a column', error: 1366, statement: `INSERT INTO child VALUES (9, 1, 'b', 'many')` },
  { constraint: 'a foreign key', error: 1452, statement: `INSERT INTO child VALUES (9, 99, 'b', 1)` },
  { constraint: 'a foreign key to it', error: 1451, statement: `DELETE FROM parent WHERE id = 1` },
]

test.for(broken)(
  'a statement that breaks $constraint fails with $error and leaves the transaction open',
  async ({ error, statement }, { db, tidb, skip }) => {
    skip(!tidb.features.foreignKeys && (error === 1451 || error === 1452), 'foreign keys are off on this TiDB')
    await db.run`SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE', foreign_key_checks = 1`
    await db.run`CREATE TABLE parent (id INT PRIMARY KEY)`
    await db.run`CREATE TABLE child (
      id INT PRIMARY KEY, parent_id INT, code VARCHAR(4) NOT NULL UNIQUE, size TINYINT UNSIGNED,
      FOREIGN KEY (parent_id) REFERENCES parent (id))`
    await db.run`INSERT INTO parent VALUES (1)`
    await db.run`INSERT INTO child VALUES (1, 1, 'a', 1)`

    await db.run`BEGIN PESSIMISTIC`
    await db.run`INSERT INTO child VALUES (2, 1, 'two', 1)`
    await expect(db.script(statement)).toFailWith(error)
    await db.run`INSERT INTO child VALUES (3, 1, 'tri', 1)`
    await db.run`COMMIT`
    await expect(db.query`SELECT id, code FROM child ORDER BY id`).toReturnRows([
      { id: 1, code: 'a' },
      { id: 2, code: 'two' },
      { id: 3, code: 'tri' },
    ])
    await expect(db.query`SELECT id FROM parent`).toReturnRows([{ id: 1 }])
    await expect(db).toPassAdminCheck('child')
  },
)

test('of an insert of several rows that fails, none is left in the transaction', async ({ db }) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY)`
  await db.run`INSERT INTO account VALUES (3)`
  await db.run`BEGIN PESSIMISTIC`
  await db.run`INSERT INTO account VALUES (10)`
  await expect(db.run`INSERT INTO account VALUES (1), (2), (3), (4)`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query`SELECT id FROM account ORDER BY id`).toReturnRows([{ id: 3 }, { id: 10 }])
  await db.run`COMMIT`
  await expect(db.query`SELECT id FROM account ORDER BY id`).toReturnRows([{ id: 3 }, { id: 10 }])
})

test('INSERT IGNORE skips the rows that break a key, and warns', async ({ db }) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO account VALUES (1, 1)`
  const outcome = await db.run`INSERT IGNORE INTO account VALUES (1, 9), (2, 2)`
  expect(outcome.affectedRows).toBe(1)
  expect(outcome.warnings.map((warning) => warning.code)).toEqual([1062])
  await expect(db.query`SELECT id, v FROM account ORDER BY id`).toReturnRows([
    { id: 1, v: 1 },
    { id: 2, v: 2 },
  ])
})

test('ON DUPLICATE KEY UPDATE counts two for a row that it changes', async ({ db }) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO account VALUES (1, 1)`
  const upsert = () => db.run`INSERT INTO account VALUES (1, 5), (2, 2) ON DUPLICATE KEY UPDATE v = v + VALUES(v)`
  await expect(upsert()).toAffectRows(3)
  await expect(db.query`SELECT id, v FROM account ORDER BY id`).toReturnRows([
    { id: 1, v: 6 },
    { id: 2, v: 2 },
  ])
})
