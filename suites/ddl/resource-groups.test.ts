import { expect, sql, test } from 'vitest-tidb'

test('a resource group has the limit that it was given, and a session can be put in it', async ({ db }) => {
  const name = `${db.database}_batch`
  const group = sql.id(name)
  const limit = () => db.query`SELECT ru_per_sec FROM information_schema.resource_groups WHERE name = ${name}`
  await db.run`CREATE RESOURCE GROUP ${group} RU_PER_SEC = 500`
  await expect(limit()).toReturnRows([{ ru_per_sec: '500' }])
  await expect(db.run`CREATE RESOURCE GROUP ${group} RU_PER_SEC = 1`).toFailWith('ER_RESOURCE_GROUP_EXISTS')
  await db.run`ALTER RESOURCE GROUP ${group} RU_PER_SEC = 600`
  await expect(limit()).toReturnRows([{ ru_per_sec: '600' }])

  await db.run`SET RESOURCE GROUP ${group}`
  await expect(db.query`SELECT CURRENT_RESOURCE_GROUP() AS name`).toReturnRows([{ name }])
  await db.run`SET RESOURCE GROUP \`default\``
  await db.run`DROP RESOURCE GROUP ${group}`
  await expect(db.run`SET RESOURCE GROUP ${group}`).toFailWith('ER_RESOURCE_GROUP_NOT_EXISTS')
})

test('a resource group can not be dropped while an account belongs to it', async ({ db }) => {
  const [user, group] = [`${db.database}_ann`, sql.id(`${db.database}_batch`)]
  await db.run`CREATE RESOURCE GROUP ${group} RU_PER_SEC = 500`
  await db.run`CREATE USER ${sql.id(user)} RESOURCE GROUP ${group}`
  await expect(db.run`DROP RESOURCE GROUP ${group}`).toFailWith({ message: 'depends on the resource group' })
  await db.run`DROP USER ${sql.id(user)}`
  await db.run`DROP RESOURCE GROUP ${group}`
  await expect(db.run`DROP RESOURCE GROUP ${group}`).toFailWith('ER_RESOURCE_GROUP_NOT_EXISTS')
})
