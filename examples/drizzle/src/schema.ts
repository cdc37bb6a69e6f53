import { bigint, decimal, index, mysqlTable, varchar } from 'drizzle-orm/mysql-core'

export const account = mysqlTable('account', {
  id: bigint({ mode: 'number' }).autoincrement().primaryKey(),
  email: varchar({ length: 64 }).notNull().unique(),
})

export const payment = mysqlTable(
  'payment',
  {
    id: bigint({ mode: 'number' }).autoincrement().primaryKey(),
    accountId: bigint('account_id', { mode: 'number' }).notNull(),
    amount: decimal({ precision: 12, scale: 2 }).notNull(),
  },
  (table) => [index('payment_by_account').on(table.accountId)],
)
