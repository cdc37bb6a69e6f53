import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { expect, test as base } from 'vitest-tidb'
import { type Database, transfer } from './src/transfer.ts'

const test = base
  .extend('kysely', async ({ db }, { onCleanup }) => {
    const kysely = new Kysely<Database>({ dialect: new MysqlDialect({ pool: createPool(db.url) }) })
    onCleanup(() => kysely.destroy())
    return kysely
  })
  .extend('accounts', { auto: true }, async ({ db }) => {
    await db.run`INSERT INTO account (id, owner, balance) VALUES (1, 'alice', 100), (2, 'bob', 50)`
  })

test('a transfer moves money', async ({ db, kysely }) => {
  await transfer(kysely, 1, 2, 30)
  await expect(db.query`SELECT balance FROM account ORDER BY id`).toReturnRows([
    { balance: '70.00' },
    { balance: '80.00' },
  ])
})

test('a transfer waits for whoever has locked the account', async ({ db, kysely, sessions }) => {
  const { auditor } = await sessions('auditor')
  await auditor.script('BEGIN; SELECT * FROM account WHERE id = 2 FOR UPDATE')
  const moving = transfer(kysely, 1, 2, 30)
  await auditor.run`COMMIT`
  await moving
  await expect(db.query`SELECT balance FROM account WHERE id = 2`).toReturnRows([{ balance: '80.00' }])
})

test('both migrations are in the database of the test', async ({ db }) => {
  await expect(db).toHaveIndex('account', { name: 'account_by_owner', columns: ['owner'] })
})
