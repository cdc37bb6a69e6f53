// #region lost
import { expect, test as base } from 'vitest-tidb'

const test = base.extend('schema', './shop.sql')

test('a COMMIT whose reply is lost is neither success nor failure', async ({
  db,
  faults,
}) => {
  const { teller } = await faults.sessions('teller')
  await faults.loseReply({ of: 'COMMIT' }, async () => {
    await expect(
      teller.transaction(
        (tx) => tx.run`UPDATE account SET balance = 70 WHERE id = 1`,
      ),
    ).toFailWith({ outcome: 'unknown' })
  })
  await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([
    { balance: '70.00' },
  ])
})
// #endregion lost

// #region pool
test('a pool replaces the connections that broke', async ({ faults }) => {
  const pool = faults.connectionPool
  await pool.use((session) => session.query`SELECT 1`)
  await faults.reset({}, async () => {
    // Every open connection has met RST.
  })
  await pool.use(async (session) => {
    await expect(session.query`SELECT COUNT(*) AS n FROM account`).toReturnRows([
      { n: 2 },
    ])
  })
})
// #endregion pool
