// #region load
import { expect, test, workloads } from 'vitest-tidb'

test(
  'point selects go on while an index is built',
  { timeout: 120_000 },
  async ({ db, load }) => {
    const selects = workloads.pointSelect({ rows: 1_000 })
    await selects.prepare(db)
    const during = await load.during(
      selects,
      { sessions: 4, rate: 100 },
      () => db.run`ALTER TABLE sbtest1 ADD INDEX k2 (k)`,
    )
    expect(during).toHaveNoErrors({ except: [8028] })
    await expect(db).toPassAdminCheck('sbtest1')
  },
)
// #endregion load

// #region bank
test(
  'no money is made or lost under load',
  { timeout: 120_000 },
  async ({ db, load }) => {
    const bank = workloads.bankTransfer({ accounts: 20 })
    await bank.prepare(db)
    const result = await load.run(bank, { sessions: 4, duration: 1_000 })
    expect(result).toKeepInvariant()
    expect(result.transactions).toBeGreaterThan(0)
  },
)
// #endregion bank
