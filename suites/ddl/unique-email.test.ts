import { expect, test } from 'vitest-tidb'

interface Account {
  id: number
  email: string
}

test('a unique index rejects a second account with the same email', async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64) UNIQUE)`
  await expect(db).toHaveIndex('account', { columns: ['email'], unique: true })
  await db.run`INSERT INTO account VALUES (1, ${'a@b.c'})`
  await expect(db.run`INSERT INTO account VALUES (2, ${'a@b.c'})`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query<Account>`SELECT id, email FROM account`).toReturnRows([{ id: 1, email: 'a@b.c' }])
})

test('a unique index takes any number of NULLs', async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64) UNIQUE)`
  await expect(db.run`INSERT INTO account VALUES (1, NULL), (2, NULL)`).toAffectRows(2)
  await expect(db.query`SELECT id FROM account WHERE email IS NULL ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
})
