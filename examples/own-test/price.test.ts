import { expect } from 'vitest-tidb'
import { test } from './src/test.ts'

test('a price without a database', ({ currency }) => {
  expect(`12.50 ${currency}`).toBe('12.50 EUR')
})

test('a price in a table', async ({ db, currency }) => {
  await db.run`CREATE TABLE price (id INT PRIMARY KEY, amount DECIMAL(8, 2), currency CHAR(3))`
  await db.run`INSERT INTO price VALUES (1, ${'12.50'}, ${currency})`
  await expect(db.query`SELECT amount, currency FROM price`).toReturnRows([{ amount: '12.50', currency: 'EUR' }])
})
