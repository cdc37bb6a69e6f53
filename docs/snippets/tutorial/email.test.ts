// #region whole
import { expect, test } from 'vitest-tidb'

test('a unique index rejects a second account with the same email', async ({
  db,
}) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64) UNIQUE)`
  await db.run`INSERT INTO account VALUES (1, ${'a@b.c'})`
  await expect(db.run`INSERT INTO account VALUES (2, ${'a@b.c'})`).toFailWith(
    'ER_DUP_ENTRY',
  )
  await expect(db.query`SELECT id FROM account`).toReturnRows([{ id: 1 }])
})
// #endregion whole
