import { expect, test } from 'vitest-tidb'
import { failureOf } from '../failure-of.ts'

const filled = test.extend('filled', { auto: true }, async ({ db }) => {
  await db.script(`
    CREATE TABLE account (id INT PRIMARY KEY, email VARCHAR(64) UNIQUE, balance DECIMAL(10, 2));
    INSERT INTO account VALUES (1, 'a@b.c', 100), (2, 'd@e.f', 50)`)
})

filled('toReturnRows', async ({ db }) => {
  // #region toReturnRows-passes
  await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows([
    { id: 1, balance: '100.00' },
    { id: 2, balance: '50.00' },
  ])
  await expect(db.query`SELECT id FROM account`).toReturnRows(
    [{ id: 2 }, { id: 1 }],
    { anyOrder: true },
  )
  await expect(db.query`SELECT id, email FROM account WHERE id = 1`).toReturnRows([
    { id: expect.any(Number), email: expect.stringContaining('@') },
  ])
  // #endregion toReturnRows-passes
  const failure = await failureOf(async () => {
    // #region toReturnRows-fails
    await expect(
      db.query`SELECT id, balance FROM account ORDER BY id`,
    ).toReturnRows([
      { id: 1, balance: '100.00' },
      { id: 2, balance: '80.00' },
      { id: 3, balance: '0.00' },
    ])
    // #endregion toReturnRows-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toReturnRows.txt')
})

filled('toReturnNothing', async ({ db }) => {
  // #region toReturnNothing-passes
  await expect(db.query`SELECT id FROM account WHERE balance < 0`).toReturnNothing()
  // #endregion toReturnNothing-passes
  const failure = await failureOf(async () => {
    // #region toReturnNothing-fails
    await expect(
      db.query`SELECT id, email FROM account WHERE balance < 60`,
    ).toReturnNothing()
    // #endregion toReturnNothing-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toReturnNothing.txt')
})

filled('toAffectRows', async ({ db }) => {
  // #region toAffectRows-passes
  await expect(db.run`UPDATE account SET balance = balance + 1`).toAffectRows(2)
  // #endregion toAffectRows-passes
  const failure = await failureOf(async () => {
    // #region toAffectRows-fails
    await expect(db.run`DELETE FROM account WHERE id = ${3}`).toAffectRows(1)
    // #endregion toAffectRows-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toAffectRows.txt')
})

filled('toFailWith', async ({ db }) => {
  // #region toFailWith-passes
  await expect(db.run`INSERT INTO account VALUES (3, 'a@b.c', 0)`).toFailWith(
    'ER_DUP_ENTRY',
  )
  await expect(db.run`INSERT INTO account VALUES (3, 'a@b.c', 0)`).toFailWith(1062)
  await expect(db.run`INSERT INTO account VALUES (3, 'a@b.c', 0)`).toFailWith({
    message: /email/,
    sqlState: '23000',
  })
  // #endregion toFailWith-passes
  const failure = await failureOf(async () => {
    // #region toFailWith-fails
    await expect(db.run`INSERT INTO account VALUES (1, 'g@h.i', 0)`).toFailWith(
      'ER_LOCK_WAIT_TIMEOUT',
    )
    // #endregion toFailWith-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toFailWith.txt')
})
