// #region clean
import { expect, test as base } from 'vitest-tidb'
import { transfer } from './transfer.ts'

const test = base.extend('schema', './shop.sql')

test('a transfer moves money', async ({ db }) => {
  await transfer(db, 1, 2, 30)
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: '70.00' },
    { id: 2, balance: '80.00' },
  ])
})

test('a transfer of too much moves nothing', async ({ db }) => {
  await expect(transfer(db, 1, 2, 1000)).rejects.toThrow('not enough money')
  await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([
    { balance: '100.00' },
  ])
})
// #endregion clean

// #region transaction
const inTransaction = test.extend('databaseMode', 'transaction')

inTransaction('a withdrawal lowers the balance', async ({ db }) => {
  await expect(
    db.run`UPDATE account SET balance = balance - 30 WHERE id = 1`,
  ).toAffectRows(1)
  await expect(db.run`CREATE INDEX by_balance ON account (balance)`).toFailWith(
    'IMPLICIT_COMMIT_REFUSED',
  )
})
// #endregion transaction

// #region plan
test('accounts of an owner are found by index', async ({ db }) => {
  await db.run`CREATE INDEX by_owner ON account (owner)`
  await expect(db).toHaveIndex('account', { columns: ['owner'], unique: false })
  await expect(
    db.query`SELECT balance FROM account WHERE owner = 'bob'`,
  ).toUseIndex('by_owner')
})
// #endregion plan
