import { drizzle } from 'drizzle-orm/mysql2'
import { createPool } from 'mysql2/promise'
import { expect, test as base } from 'vitest-tidb'
import { open, paid } from './src/payments.ts'

// The application's own driver, on the test's database.
const test = base.extend('database', async ({ db }, { onCleanup }) => {
  const pool = createPool(db.url)
  onCleanup(() => pool.end())
  return drizzle(pool)
})

test('an account is opened with its first payment', async ({ db, database }) => {
  const id = await open(database, 'a@b.c', '10.10')
  expect(await paid(database, id)).toBe('10.10')
  await expect(db.query`SELECT email FROM account`).toReturnRows([{ email: 'a@b.c' }])
})

test('an email that is taken opens nothing', async ({ db, database }) => {
  await open(database, 'a@b.c', '10.10')
  await expect(open(database, 'a@b.c', '5.00')).rejects.toThrow()
  await expect(db.query`SELECT amount FROM payment`).toReturnRows([{ amount: '10.10' }])
})

test('payments of an account are found by index', async ({ db }) => {
  await expect(db.query`SELECT amount FROM payment WHERE account_id = 1`).toUseIndex('payment_by_account')
})
