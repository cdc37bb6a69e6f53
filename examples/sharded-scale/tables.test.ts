import { expect, test } from 'vitest-tidb'

test('a test like any other is run by one shard', async ({ db }) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY)`
  await expect(db).toHaveTable('account')
})
