import { expect, test } from 'vitest-tidb'

test('the column by which rows expire can not be dropped before the expiry is taken away', async ({ db }) => {
  await db.run`CREATE TABLE login (id INT PRIMARY KEY, at DATETIME) TTL = at + INTERVAL 1 DAY TTL_ENABLE = 'OFF'`
  await expect(db.run`ALTER TABLE login DROP COLUMN at`).toFailWith('ER_TTL_COLUMN_CANNOT_DROP')
  await db.run`ALTER TABLE login REMOVE TTL`
  await db.run`ALTER TABLE login DROP COLUMN at`
  await expect(db).not.toHaveColumn('login', 'at')
})

test('rows expire by a date or a time only', async ({ db }) => {
  await db.run`CREATE TABLE login (id INT PRIMARY KEY, seconds INT)`
  await expect(db.run`ALTER TABLE login TTL = seconds + INTERVAL 1 DAY`).toFailWith(
    'ER_UNSUPPORTED_COLUMN_IN_TTL_CONFIG',
  )
})
