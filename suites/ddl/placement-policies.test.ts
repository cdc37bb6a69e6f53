import { expect, sql, test } from 'vitest-tidb'

test('a placement policy can not be dropped while a table uses it', async ({ db }) => {
  const policy = `${db.database}_close_by`
  await db.run`CREATE PLACEMENT POLICY ${sql.id(policy)} FOLLOWERS = 2`
  await expect(db.run`CREATE PLACEMENT POLICY ${sql.id(policy)} FOLLOWERS = 1`).toFailWith('ER_PLACEMENT_POLICY_EXISTS')
  await db.run`CREATE TABLE visit (id INT PRIMARY KEY) PLACEMENT POLICY ${sql.id(policy)}`
  await expect(db.query`SELECT tidb_placement_policy_name AS policy FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name = 'visit'`).toReturnRows([{ policy }])
  await expect(db.run`DROP PLACEMENT POLICY ${sql.id(policy)}`).toFailWith('ER_PLACEMENT_POLICY_IN_USE')
  await db.run`ALTER TABLE visit PLACEMENT POLICY = DEFAULT`
  await db.run`DROP PLACEMENT POLICY ${sql.id(policy)}`
  await expect(db.run`CREATE TABLE other (id INT) PLACEMENT POLICY ${sql.id(policy)}`).toFailWith(
    'ER_PLACEMENT_POLICY_NOT_EXISTS',
  )
})
