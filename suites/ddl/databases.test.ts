import { expect, sql, test } from 'vitest-tidb'

test('a database that is dropped takes its tables with it', async ({ db }) => {
  const archive = `${db.database}_archive`
  await db.run`CREATE DATABASE ${sql.id(archive)}`
  await db.run`CREATE TABLE ${sql.id(`${archive}.letter`)} (id INT PRIMARY KEY)`
  await expect(db).toHaveTable(`${archive}.letter`)
  await db.run`DROP DATABASE ${sql.id(archive)}`
  await expect(db).not.toHaveTable(`${archive}.letter`)
  await expect(db.run`USE ${sql.id(archive)}`).toFailWith('ER_BAD_DB_ERROR')
})

test('a database can be made once, and dropped once', async ({ db }) => {
  const archive = sql.id(`${db.database}_archive`)
  await db.run`CREATE DATABASE ${archive}`
  await expect(db.run`CREATE DATABASE ${archive}`).toFailWith('ER_DB_CREATE_EXISTS')
  await expect(db.run`CREATE DATABASE IF NOT EXISTS ${archive}`).resolves.toMatchObject({ warnings: [{ code: 1007 }] })
  await db.run`DROP DATABASE ${archive}`
  await expect(db.run`DROP DATABASE ${archive}`).toFailWith('ER_DB_DROP_EXISTS')
})

test('a database gives its collation to the tables that are made in it from then on', async ({ db }) => {
  const shop = `${db.database}_shop`
  const [exact, folded] = [sql.id(`${shop}.exact`), sql.id(`${shop}.folded`)]
  await db.run`CREATE DATABASE ${sql.id(shop)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
  await db.run`CREATE TABLE ${exact} (name VARCHAR(16) PRIMARY KEY)`
  await db.run`ALTER DATABASE ${sql.id(shop)} COLLATE utf8mb4_general_ci`
  await db.run`CREATE TABLE ${folded} (name VARCHAR(16) PRIMARY KEY)`
  await expect(db.run`INSERT INTO ${exact} VALUES ('ann'), ('ANN')`).toAffectRows(2)
  await expect(db.run`INSERT INTO ${folded} VALUES ('ann'), ('ANN')`).toFailWith('ER_DUP_ENTRY')
})

test('a table moves with its rows from one database to another', async ({ db }) => {
  const archive = `${db.database}_archive`
  const moved = sql.id(`${archive}.letter`)
  await db.run`CREATE DATABASE ${sql.id(archive)}`
  await db.script(
    `CREATE TABLE letter (id INT PRIMARY KEY, year INT, KEY by_year (year)); INSERT INTO letter VALUES (1, 1999)`,
  )
  await db.run`RENAME TABLE letter TO ${moved}`
  await expect(db).not.toHaveTable('letter')
  await expect(db).toHaveIndex(`${archive}.letter`, 'by_year')
  await expect(db.query`SELECT * FROM ${moved}`).toReturnRows([{ id: 1, year: 1999 }])
})
