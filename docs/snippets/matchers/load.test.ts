import { expect, test as base, workloads } from 'vitest-tidb'
import { failureOfMeasurement } from '../failure-of.ts'

const test = base.extend('measured', async ({ db, load }) => {
  const selects = workloads.pointSelect({ rows: 100 })
  await selects.prepare(db)
  return load.run(selects, { sessions: 2, rate: 50, duration: 1_000, warmup: 0 })
})

test('toSustain', async ({ measured }) => {
  // #region toSustain-passes
  expect(measured).toSustain({ rate: 10 })
  // #endregion toSustain-passes
  const failure = await failureOfMeasurement(() => {
    // #region toSustain-fails
    expect(measured).toSustain({ rate: 5_000 })
    // #endregion toSustain-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toSustain.txt')
})

test('toStayBelow', async ({ measured }) => {
  // #region toStayBelow-passes
  expect(measured).toStayBelow({ p50: 10_000, max: 60_000 })
  // #endregion toStayBelow-passes
  const failure = await failureOfMeasurement(() => {
    // #region toStayBelow-fails
    expect(measured).toStayBelow({ p99: 0.001 })
    // #endregion toStayBelow-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toStayBelow.txt')
})

test('toKeepUpWith', async ({ db, load, measured: before }) => {
  // #region toKeepUpWith-passes
  const selects = workloads.pointSelect({ rows: 100 })
  const after = await load.run(selects, {
    sessions: 2,
    rate: 50,
    duration: 1_000,
    warmup: 0,
  })
  expect(after).toKeepUpWith(before, { within: 0.9 })
  // #endregion toKeepUpWith-passes
  await db.run`SELECT 1`
  const slow = await load.run(selects, {
    sessions: 2,
    rate: 5,
    duration: 1_000,
    warmup: 0,
  })
  const failure = await failureOfMeasurement(() => {
    // #region toKeepUpWith-fails
    expect(slow).toKeepUpWith(before, { within: 0.2 })
    // #endregion toKeepUpWith-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toKeepUpWith.txt')
})

test('toHaveNoErrors', async ({ db, load, measured }) => {
  // #region toHaveNoErrors-passes
  expect(measured).toHaveNoErrors()
  expect(measured).toHaveNoErrors({ except: [8028, 'transient'] })
  // #endregion toHaveNoErrors-passes
  await db.run`CREATE TABLE visit (place INT UNIQUE)`
  const visits = await load.run(
    {
      name: 'visits',
      step: (session, random) =>
        session.run`INSERT INTO visit VALUES (${Math.floor(random() * 3)})`,
    },
    { sessions: 2, duration: 500, warmup: 0 },
  )
  const failure = await failureOfMeasurement(() => {
    // #region toHaveNoErrors-fails
    expect(visits).toHaveNoErrors()
    // #endregion toHaveNoErrors-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toHaveNoErrors.txt')
})

test('toKeepInvariant', async ({ db, load }) => {
  await db.script('CREATE TABLE stock (n INT); INSERT INTO stock VALUES (10)')
  // #region toKeepInvariant-passes
  const bank = workloads.bankTransfer({ accounts: 10 })
  await bank.prepare(db)
  const transfers = await load.run(bank, { sessions: 2, duration: 500 })
  expect(transfers).toKeepInvariant()
  // #endregion toKeepInvariant-passes
  const sold = await load.run(
    {
      name: 'sales',
      step: (session) => session.run`UPDATE stock SET n = n - 1`,
      check: async (session) => {
        const [row] = await session.query<{ n: number }>`SELECT n FROM stock`
        return row !== undefined && row.n < 0 ? [`the stock is ${row.n}`] : []
      },
    },
    { sessions: 2, duration: 1_000, warmup: 0 },
  )
  const failure = await failureOfMeasurement(() => {
    // #region toKeepInvariant-fails
    expect(sold).toKeepInvariant()
    // #endregion toKeepInvariant-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toKeepInvariant.txt')
})
