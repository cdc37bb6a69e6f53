import { eq, sum } from 'drizzle-orm'
import type { MySql2Database } from 'drizzle-orm/mysql2'
import { account, payment } from './schema.ts'

/** Opens an account with its first payment, or neither. */
export async function open(database: MySql2Database, email: string, amount: string): Promise<number> {
  return database.transaction(async (tx) => {
    const [{ id } = { id: 0 }] = await tx.insert(account).values({ email }).$returningId()
    await tx.insert(payment).values({ accountId: id, amount })
    return id
  })
}

/** What was paid in, as an exact decimal. */
export async function paid(database: MySql2Database, accountId: number): Promise<string | null> {
  const rows = await database
    .select({ paid: sum(payment.amount) })
    .from(payment)
    .where(eq(payment.accountId, accountId))
  return rows[0]?.paid ?? null
}
