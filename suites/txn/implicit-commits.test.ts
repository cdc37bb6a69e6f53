import { expect, sql, test } from 'vitest-tidb'

const commits = [
  'BEGIN',
  'START TRANSACTION',
  'CREATE TABLE other (id INT)',
  'CREATE TABLE other LIKE filled',
  'CREATE TABLE IF NOT EXISTS filled (id INT)',
  'ALTER TABLE filled ADD COLUMN w INT',
  'ALTER TABLE filled ADD INDEX by_v (v)',
  'CREATE INDEX by_v ON filled (v)',
  'DROP INDEX by_id ON filled',
  'RENAME TABLE filled TO other',
  'TRUNCATE TABLE filled',
  'DROP TABLE filled',
  'DROP TABLE IF EXISTS missing',
  'CREATE VIEW shown AS SELECT id FROM filled',
  'CREATE SEQUENCE numbers',
  'ALTER DATABASE CHARACTER SET utf8mb4',
  'LOCK TABLES filled READ',
]

test.for(commits)('%s commits the open transaction', async (statement, { db, sessions }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  await db.run`CREATE TABLE filled (id INT, v INT, KEY by_id (id))`
  const { reader } = await sessions('reader')
  await db.run`BEGIN`
  await db.run`INSERT INTO ledger VALUES (1)`
  await expect(reader.query`SELECT id FROM ledger`).toReturnNothing()
  await db.run`${sql.raw(statement)}`
  await expect(reader.query`SELECT id FROM ledger`).toReturnRows([{ id: 1 }])
  await db.run`ROLLBACK`
  await expect(reader.query`SELECT id FROM ledger`).toReturnRows([{ id: 1 }])
})

test('CREATE USER and DROP USER commit the open transaction', async ({ db, sessions }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  const { reader } = await sessions('reader')
  const user = `${db.database}_user`
  for (const [index, statement] of [sql`CREATE USER ${user}`, sql`DROP USER ${user}`].entries()) {
    await db.run`BEGIN`
    await db.run`INSERT INTO ledger VALUES (${index})`
    await db.run`${statement}`
    await db.run`ROLLBACK`
    await expect(reader.query`SELECT COUNT(*) AS n FROM ledger`).toReturnRows([{ n: index + 1 }])
  }
})

const leaveOpen = [
  'SAVEPOINT here',
  'CREATE TEMPORARY TABLE scratch (id INT)',
  'ANALYZE TABLE filled',
  'SET SESSION innodb_lock_wait_timeout = 10',
  'SET autocommit = 1',
  'EXPLAIN DELETE FROM ledger',
  'SHOW TABLES',
]

test.for(leaveOpen)('%s leaves the transaction open', async (statement, { db, sessions }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  await db.run`CREATE TABLE filled (id INT, v INT)`
  const { reader } = await sessions('reader')
  await db.run`BEGIN`
  await db.run`INSERT INTO ledger VALUES (1)`
  await db.script(statement)
  await expect(reader.query`SELECT id FROM ledger`).toReturnNothing()
  await db.run`ROLLBACK`
  await expect(db.query`SELECT id FROM ledger`).toReturnNothing()
})

test('DDL that fails because of its table has committed all the same', async ({ db }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  await db.run`BEGIN`
  await db.run`INSERT INTO ledger VALUES (1)`
  // TiDB says that the schema has changed in place of the real error when DDL of another test ended meanwhile.
  await expect(db.run`CREATE TABLE ledger (id INT)`).toFailWith({ message: /already exists|schema is changed/ })
  await db.run`ROLLBACK`
  await expect(db.query`SELECT id FROM ledger`).toReturnRows([{ id: 1 }])
})

test('a statement that TiDB cannot parse leaves the transaction open', async ({ db }) => {
  await db.run`CREATE TABLE ledger (id INT PRIMARY KEY)`
  await db.run`BEGIN`
  await db.run`INSERT INTO ledger VALUES (1)`
  await expect(db.run`CREATE TABEL ledger (id INT)`).toFailWith('ER_PARSE_ERROR')
  await db.run`ROLLBACK`
  await expect(db.query`SELECT id FROM ledger`).toReturnNothing()
})
