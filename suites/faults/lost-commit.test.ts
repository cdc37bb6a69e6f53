import { expect, test, type Session } from 'vitest-tidb'

async function openAccount(db: Session): Promise<void> {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100)`
}

test('a COMMIT whose reply is lost is neither success nor failure', async ({ db, faults }) => {
  await openAccount(db)
  const { teller } = await faults.sessions('teller')
  await faults.loseReply({ of: 'COMMIT' }, async () => {
    await expect(teller.transaction((tx) => tx.run`UPDATE account SET balance = 70 WHERE id = 1`)).toFailWith({
      outcome: 'unknown',
    })
  })
  expect(teller.status).toBe('lost')
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
})
