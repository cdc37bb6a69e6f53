// #region code
import type { Session } from 'vitest-tidb'

/** The code under test: moves money, or fails and moves nothing. */
export async function transfer(
  session: Session,
  from: number,
  to: number,
  amount: number,
): Promise<void> {
  await session.transaction(async (tx) => {
    const { affectedRows } =
      await tx.run`UPDATE account SET balance = balance - ${amount} WHERE id = ${from} AND balance >= ${amount}`
    if (affectedRows === 0) throw new Error('not enough money')
    await tx.run`UPDATE account SET balance = balance + ${amount} WHERE id = ${to}`
  })
}
// #endregion code
