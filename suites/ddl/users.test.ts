import { expect, sql, test } from 'vitest-tidb'
import { openAs } from './accounts.ts'

test('an account may do what it was granted, and nothing else', async ({ db, tidb }) => {
  await db.script("CREATE TABLE note (id INT PRIMARY KEY, line VARCHAR(16)); INSERT INTO note VALUES (1, 'milk')")
  const { database } = db
  const user = `${database}_ann`
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'first'`
  await db.run`GRANT SELECT, INSERT ON ${sql.id(`${database}.note`)} TO ${sql.id(user)}`
  await using ann = await openAs(tidb, { user, password: 'first', database: db.database })
  await expect(ann.run`INSERT INTO note VALUES (2, 'eggs')`).toAffectRows(1)
  await expect(ann.query`SELECT id FROM note ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
  await expect(ann.run`DELETE FROM note`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
  await expect(ann.run`CREATE TABLE mine (id INT)`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
  await expect(ann.query`SELECT user FROM mysql.user`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
  await expect(db).not.toHaveTable('mine')
})

test('a privilege that is revoked is gone for sessions that are open', async ({ db, tidb }) => {
  await db.run`CREATE TABLE note (id INT PRIMARY KEY)`
  const user = `${db.database}_ann`
  const note = sql.id(`${db.database}.note`)
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'first'`
  await db.run`GRANT SELECT, INSERT ON ${note} TO ${sql.id(user)}`
  await using ann = await openAs(tidb, { user, password: 'first', database: db.database })
  await expect(ann.run`INSERT INTO note VALUES (1)`).toAffectRows(1)
  await db.run`REVOKE INSERT ON ${note} FROM ${sql.id(user)}`
  await expect(ann.run`INSERT INTO note VALUES (2)`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
  await expect(ann.query`SELECT id FROM note`).toReturnRows([{ id: 1 }])
})

test('a role gives its privileges to the sessions that take it on', async ({ db, tidb }) => {
  await db.run`CREATE TABLE note (id INT PRIMARY KEY)`
  const [user, role] = [`${db.database}_ann`, `${db.database}_author`]
  await db.run`CREATE ROLE ${sql.id(role)}`
  await db.run`GRANT SELECT, INSERT ON ${sql.id(db.database ?? '')}.* TO ${sql.id(role)}`
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'first'`
  await db.run`GRANT ${sql.id(role)} TO ${sql.id(user)}`
  await using ann = await openAs(tidb, { user, password: 'first' })
  const note = sql.id(`${db.database}.note`)
  await expect(ann.run`INSERT INTO ${note} VALUES (1)`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
  await ann.run`SET ROLE ${sql.id(role)}`
  await expect(ann.run`INSERT INTO ${note} VALUES (1)`).toAffectRows(1)
  await ann.run`SET ROLE NONE`
  await expect(ann.query`SELECT * FROM ${note}`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
})

test('a password that is changed lets only the new one in, and a locked account nobody', async ({ db, tidb }) => {
  const user = `${db.database}_ann`
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'first'`
  await db.run`ALTER USER ${sql.id(user)} IDENTIFIED BY 'second'`
  await expect(openAs(tidb, { user, password: 'first' })).rejects.toThrow(/denied|password/i)
  await using ann = await openAs(tidb, { user, password: 'second' })
  await expect(ann.query`SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1) AS me`).toReturnRows([{ me: user }])
  await db.run`ALTER USER ${sql.id(user)} ACCOUNT LOCK`
  await expect(openAs(tidb, { user, password: 'second' })).rejects.toThrow(/locked/i)
})

test('a dropped account can not log in, and its name is free again', async ({ db, tidb }) => {
  const user = `${db.database}_ann`
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'first'`
  await expect(db.run`CREATE USER ${sql.id(user)}`).toFailWith('ER_CANNOT_USER')
  await db.run`DROP USER ${sql.id(user)}`
  await expect(openAs(tidb, { user, password: 'first' })).rejects.toThrow(/denied|password/i)
  await expect(db.query`SELECT 1 AS found FROM mysql.user WHERE user = ${user}`).toReturnNothing()
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'third'`
  await using ann = await openAs(tidb, { user, password: 'third' })
  expect(await ann.ping()).toBe(true)
})
