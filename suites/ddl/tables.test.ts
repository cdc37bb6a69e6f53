import { expect, test } from 'vitest-tidb'

test('a dropped table is gone, and its name is free for another one', async ({ db }) => {
  await db.run`CREATE TABLE parcel (id INT PRIMARY KEY, weight INT)`
  await expect(db).toHaveTable('parcel')
  await db.run`DROP TABLE parcel`
  await expect(db).not.toHaveTable('parcel')
  await expect(db.query`SELECT * FROM parcel`).toFailWith('ER_NO_SUCH_TABLE')

  await db.run`CREATE TABLE parcel (code CHAR(8) PRIMARY KEY)`
  await expect(db).toHaveColumn('parcel', { name: 'code', type: 'char(8)', nullable: false })
  await expect(db).not.toHaveColumn('parcel', 'weight')
})

test('CREATE TABLE refuses a name that is taken, and IF NOT EXISTS leaves that table as it is', async ({ db }) => {
  await db.run`CREATE TABLE parcel (id INT PRIMARY KEY)`
  await expect(db.run`CREATE TABLE parcel (code CHAR(8))`).toFailWith('ER_TABLE_EXISTS_ERROR')
  const { warnings } = await db.run`CREATE TABLE IF NOT EXISTS parcel (code CHAR(8))`
  expect(warnings).toEqual([{ code: 1050, message: expect.stringContaining('already exists') }])
  await expect(db).not.toHaveColumn('parcel', 'code')
})

test('DROP TABLE of several tables drops those that exist, and names the missing ones', async ({ db }) => {
  await db.script('CREATE TABLE a (id INT); CREATE TABLE b (id INT)')
  await expect(db.run`DROP TABLE a, missing, b`).toFailWith({
    name: 'ER_BAD_TABLE_ERROR',
    message: `Unknown table '${db.database}.missing'`,
  })
  await expect(db).not.toHaveTable('a')
  await expect(db).not.toHaveTable('b')
  const { warnings } = await db.run`DROP TABLE IF EXISTS a, b`
  expect(warnings.map(({ code }) => code)).toEqual([1051, 1051])
})

test('CREATE TABLE LIKE copies columns and indexes, but no rows', async ({ db }) => {
  await db.run`CREATE TABLE parcel (id INT PRIMARY KEY, code CHAR(8) NOT NULL DEFAULT 'new', UNIQUE KEY by_code (code))`
  await db.run`INSERT INTO parcel VALUES (1, 'a')`
  await db.run`CREATE TABLE archive LIKE parcel`
  await expect(db).toHaveColumn('archive', { name: 'code', type: 'char(8)', nullable: false, default: 'new' })
  await expect(db).toHaveIndex('archive', { name: 'by_code', columns: ['code'], unique: true })
  await expect(db.query`SELECT * FROM archive`).toReturnNothing()
})

test('TRUNCATE empties a table and starts its AUTO_INCREMENT again', async ({ db }) => {
  await db.run`CREATE TABLE parcel (id INT PRIMARY KEY AUTO_INCREMENT, weight INT)`
  await db.run`INSERT INTO parcel (weight) VALUES (5), (6), (7)`
  await db.run`TRUNCATE TABLE parcel`
  await expect(db.query`SELECT * FROM parcel`).toReturnNothing()
  const { insertId } = await db.run`INSERT INTO parcel (weight) VALUES (8)`
  expect(insertId).toBe(1n)
})

test('a temporary table exists for its own session only, and hides a table of the same name', async ({
  db,
  sessions,
}) => {
  await db.script('CREATE TABLE parcel (id INT); INSERT INTO parcel VALUES (1)')
  await db.script('CREATE TEMPORARY TABLE parcel (id INT); INSERT INTO parcel VALUES (2)')
  const { other } = await sessions('other')
  await expect(db.query`SELECT id FROM parcel`).toReturnRows([{ id: 2 }])
  await expect(other.query`SELECT id FROM parcel`).toReturnRows([{ id: 1 }])
  await db.run`DROP TEMPORARY TABLE parcel`
  await expect(db.query`SELECT id FROM parcel`).toReturnRows([{ id: 1 }])
})
