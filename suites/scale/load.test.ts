import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, workloads } from 'vitest-tidb'

test('point selects stay fast while an index is built', { timeout: 120_000 }, async ({ db, sessions, load }) => {
  const selects = workloads.pointSelect({ rows: 2_000 })
  await selects.prepare(db)
  const { builder } = await sessions('builder')
  const before = await load.run(selects, { sessions: 8, rate: 100, duration: 1_000 })
  const during = await load.during(
    selects,
    { sessions: 8, rate: 100, atLeast: 1_000 },
    () => builder.run`ALTER TABLE sbtest1 ADD INDEX k2 (k)`,
  )
  expect(during).toHaveNoErrors({ except: [8028] })
  // Wide enough for a machine that has other work.
  expect(during).toStayBelow({ p50: 2_000 })
  expect(during).toKeepUpWith(before, { within: 0.5 })
  await expect(db).toPassAdminCheck('sbtest1')
})

test('TPC-C keeps its consistency conditions', { timeout: 120_000 }, async ({ db, load }) => {
  const orders = workloads.tpcc({ customers: 30, items: 500 })
  await orders.prepare(db)
  const result = await load.run(orders, { sessions: 4, duration: 1_500, warmup: 0 })
  expect(result).toHaveNoErrors({ except: ['transient'] })
  expect(result).toKeepInvariant()
  // What would break a condition is seen.
  await db.run`UPDATE district SET d_ytd = d_ytd + 1 WHERE d_id = 3`
  const violations = await orders.check!(db)
  expect(violations).toEqual([
    expect.stringContaining('3.3.2.1, W_YTD is the sum of D_YTD: warehouse 1'),
    expect.stringContaining('3.3.2.9, D_YTD is the sum of H_AMOUNT: warehouse 1, district 3'),
  ])
})

test(
  'bank transfers by sessions that compete neither make nor lose money',
  { timeout: 120_000 },
  async ({ db, load }) => {
    const bank = workloads.bankTransfer({ accounts: 4, balance: 100 })
    await bank.prepare(db)
    const result = await load.run(bank, { sessions: 6, duration: 800, warmup: 0 })
    expect(result).toHaveNoErrors({ except: ['transient'] })
    expect(result).toKeepInvariant()
    await db.run`UPDATE bank_account SET balance = balance + 1 WHERE id = 1`
    expect(await bank.check!(db)).toEqual([expect.stringContaining('all balances together are 401, and were 400')])
  },
)

test(
  "sysbench's transactions run, with as many statements as sysbench has",
  { timeout: 120_000 },
  async ({ db, load }) => {
    const options = { rows: 1_000, tables: 2 }
    await workloads.readWrite(options).prepare(db)
    const pace = { sessions: 2, duration: 400, warmup: 0 }
    const statements = {
      readOnly: 16,
      readWrite: 20,
      updateIndex: 1,
      insert: 1,
    } as const
    for (const [name, count] of Object.entries(statements) as [keyof typeof statements, number][]) {
      const result = await load.run(workloads[name](options), pace)
      expect(result).toHaveNoErrors({ except: ['transient'] })
      expect(result.transactions).toBeGreaterThan(0)
      if (result.errors.length === 0) expect(result.statementsPerTransaction).toBe(count)
    }
    await expect(db).toPassAdminCheck('sbtest1')
    await expect(db).toPassAdminCheck('sbtest2')
  },
)

test(
  'the six core workloads of YCSB run one after another on one table',
  { timeout: 120_000 },
  async ({ db, load }) => {
    await workloads.ycsb('A', { rows: 500 }).prepare(db)
    for (const name of ['A', 'B', 'C', 'D', 'E', 'F', 'D'] as const) {
      const result = await load.run(workloads.ycsb(name, { rows: 500 }), { sessions: 3, duration: 250, warmup: 0 })
      expect(result).toHaveNoErrors()
      expect(result.transactions).toBeGreaterThan(0)
    }
    await expect(db.query`SELECT COUNT(*) > 500 AS more FROM usertable`).toReturnRows([{ more: 1 }])
  },
)

test(
  'a stall of two seconds shows in the percentiles of an open load as arithmetic says',
  { timeout: 120_000 },
  async ({ db, load, faults }) => {
    const selects = workloads.pointSelect({ rows: 500 })
    await selects.prepare(db)
    const pace = { sessions: 8, rate: 100, endpoint: faults.endpoint }
    const before = await load.run(selects, { ...pace, duration: 1_000 })
    let stalled = 0
    const during = await load.during(selects, { ...pace, atLeast: 6_000 }, async () => {
      const begun = performance.now()
      await faults.stall({}, () => delay(2_000))
      stalled = performance.now() - begun
    })
    expect(during).toHaveNoErrors()
    // Whoever was to begin in the stall waits for what is left of it: of all, one in a hundred longer than this.
    const p99 = stalled - 0.01 * (during.transactions / pace.rate) * 1_000
    expect(during.latency.p99).toBeGreaterThan(p99 * 0.9)
    // What the server takes without a stall comes on top.
    expect(during.latency.p99).toBeLessThan(p99 * 1.1 + before.latency.max)
    expect(during.latency.max).toBeGreaterThan(stalled * 0.95)
  },
)
