import { expect, test } from 'vitest-tidb'
import { mustSeeLocks } from './lock-sight.ts'

test('the second writer waits, and its update is not lost', async ({ isolation, db, tidb }) => {
  await mustSeeLocks(db, tidb)
  const counter = isolation({
    setup: ['CREATE TABLE c (id INT PRIMARY KEY, v INT)', 'INSERT INTO c VALUES (1, 0)'],
    sessions: {
      alice: { begin: 'BEGIN', add: 'UPDATE c SET v = v + 1 WHERE id = 1', commit: 'COMMIT' },
      bob: { begin: 'BEGIN', add: 'UPDATE c SET v = v + 1 WHERE id = 1', commit: 'COMMIT' },
    },
  })
  expect(await counter.permutation('alice.begin', 'bob.begin', 'alice.add', 'bob.add', 'alice.commit', 'bob.commit'))
    .toMatchInlineSnapshot(`
    alice.begin
    bob.begin
    alice.add     1 row
    bob.add       <waiting on alice: row c(1)>
    alice.commit
    bob.add       <... completed>  1 row
    bob.commit
  `)
  await expect(counter.everyInterleaving()).toPrevent('G0')
})

const account = {
  setup: ['CREATE TABLE account (id INT PRIMARY KEY, balance INT)', 'INSERT INTO account VALUES (1, 100)'],
  afterwards: { balance: 'SELECT balance FROM account' },
}

test('an amount that the database adds is never lost, whatever the order', async ({ isolation }) => {
  const deposits = isolation({
    ...account,
    sessions: {
      alice: { begin: 'BEGIN', add: 'UPDATE account SET balance = balance + 10 WHERE id = 1', commit: 'COMMIT' },
      bob: { begin: 'BEGIN', add: 'UPDATE account SET balance = balance + 20 WHERE id = 1', commit: 'COMMIT' },
    },
  })
  const all = await deposits.everyInterleaving((report) => {
    expect(report.rows('afterwards.balance')).toEqual([{ balance: 130 }])
  })
  // Of the 20 orders, those are not possible in which the one that waits would go on before the other commits.
  expect(all.counts).toEqual({ total: 20n, run: 14, blocked: 6n, beyondPreemptions: 0n })
  expect(all.filter((report) => report.records.some(({ waited }) => waited !== undefined))).toHaveLength(6)
})

test('an amount that was read first is lost in pessimistic mode, and refused in optimistic mode', async ({
  isolation,
}) => {
  const deposits = isolation({
    ...account,
    sessions: {
      alice: {
        begin: 'BEGIN',
        read: 'SELECT balance FROM account WHERE id = 1',
        write: 'UPDATE account SET balance = 110 WHERE id = 1',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        read: 'SELECT balance FROM account WHERE id = 1',
        write: 'UPDATE account SET balance = 120 WHERE id = 1',
        commit: 'COMMIT',
      },
    },
  })
  await deposits.matrix({ mode: ['pessimistic', 'optimistic'] }, async (inMode, { mode }) => {
    const report = await inMode.permutation(
      'alice.begin',
      'bob.begin',
      'alice.read',
      'bob.read',
      'alice.write',
      'alice.commit',
      'bob.write',
      'bob.commit',
    )
    const both = report.rows('alice.read').length + report.rows('bob.read').length
    expect([mode, both, report.step('bob.commit').error?.symbol, report.rows('afterwards.balance')]).toEqual(
      mode === 'optimistic'
        ? [mode, 2, 'ER_WRITE_CONFLICT', [{ balance: 110 }]]
        : [mode, 2, undefined, [{ balance: 120 }]],
    )
  })
})
