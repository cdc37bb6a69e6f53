import { type Generated, type Kysely, sql } from 'kysely'

export interface Database {
  readonly account: { readonly id: Generated<number>; readonly owner: string; readonly balance: string }
}

/** Moves money between two accounts, or fails and moves nothing. */
export async function transfer(db: Kysely<Database>, from: number, to: number, amount: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('account')
      .set({ balance: sql`balance - ${amount}` })
      .where('id', '=', from)
      .where('balance', '>=', String(amount))
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new Error('not enough money')
    await tx
      .updateTable('account')
      .set({ balance: sql`balance + ${amount}` })
      .where('id', '=', to)
      .execute()
  })
}
