import { expect, test } from 'vitest-tidb'

const inTransaction = test.extend('databaseMode', 'transaction').extend('schema', './bank.sql')

inTransaction('a withdrawal lowers the balance', async ({ db }) => {
  await expect(db.run`UPDATE account SET balance = balance - 30 WHERE id = 1`).toAffectRows(1)
  await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 70 }])
  await expect(db.run`CREATE INDEX b ON account (balance)`).toFailWith('IMPLICIT_COMMIT_REFUSED')
})

inTransaction('the next test finds the balance as the schema has it', async ({ db }) => {
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: 100 },
    { id: 2, balance: 50 },
  ])
})

const refused = ['COMMIT', 'ROLLBACK', 'BEGIN', 'TRUNCATE TABLE account', 'DROP TABLE account', 'CREATE USER teller']

inTransaction.for(refused)('%s is refused and the transaction goes on', async (statement, { db }) => {
  await db.run`UPDATE account SET balance = 0 WHERE id = 1`
  await expect(db.script(statement)).toFailWith('IMPLICIT_COMMIT_REFUSED')
  await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 0 }])
  await expect(db.run`DELETE FROM account WHERE id = 2`).toAffectRows(1)
})

inTransaction('a GLOBAL variable cannot be set', async ({ db }) => {
  await expect(db.run`SET GLOBAL max_connections = @@GLOBAL.max_connections`).toFailWith('GLOBAL_STATEMENT_REFUSED')
})

inTransaction('transaction() undoes its own part when its body throws', async ({ db }) => {
  await db.run`UPDATE account SET balance = 70 WHERE id = 1`
  const refusal = new Error('the withdrawal is refused')
  const withdrawal = db.transaction(async (tx) => {
    await tx.run`UPDATE account SET balance = 0 WHERE id = 1`
    throw refusal
  })
  await expect(withdrawal).rejects.toBe(refusal)
  await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 70 }])
})

inTransaction('each session has a transaction of its own', async ({ db, sessions }) => {
  const { other } = await sessions('other')
  await db.run`UPDATE account SET balance = 0 WHERE id = 1`
  await expect(other.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 100 }])
  await other.run`UPDATE account SET balance = 0 WHERE id = 2`
  await expect(db.query`SELECT balance FROM account WHERE id = 2`).toReturnRows([{ balance: 50 }])
})
