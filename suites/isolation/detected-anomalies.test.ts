import { expect, test } from 'vitest-tidb'

const ACCOUNTS = ['CREATE TABLE account (id INT PRIMARY KEY, value INT)', 'INSERT INTO account VALUES (1, 10), (2, 20)']
const EVERY = ['G0', 'G1a', 'G1b', 'G1c', 'OTV', 'PMP', 'P4', 'G-single', 'G2-item', 'G2'] as const

test('additions that the database makes show no anomaly, whatever their order', async ({ isolation }) => {
  const add = { begin: 'BEGIN', add: 'UPDATE account SET value = value + 1 WHERE id = 1', commit: 'COMMIT' }
  const orders = isolation({ setup: ACCOUNTS, sessions: { alice: add, bob: add }, detect: true }).everyInterleaving()
  for (const anomaly of EVERY) await expect(orders).toPrevent(anomaly)
})

const ADD_TO_WHAT_WAS_READ = {
  begin: 'BEGIN',
  read: 'SET @seen = (SELECT value FROM account WHERE id = 1)',
  write: 'UPDATE account SET value = @seen + 1 WHERE id = 1',
  commit: 'COMMIT',
}

test.for(['pessimistic', 'optimistic'] as const)(
  'an addition to what both have read into a variable is lost, unless the mode is optimistic: %s',
  async (mode, { isolation }) => {
    const sessions = { alice: ADD_TO_WHAT_WAS_READ, bob: ADD_TO_WHAT_WAS_READ }
    const counter = isolation({ setup: ACCOUNTS, sessions, mode })
    const bothRead = ['alice.begin', 'bob.begin', 'alice.read', 'bob.read'] as const
    const waiting = counter.permutation(...bothRead, 'alice.write', 'bob.write', 'alice.commit', 'bob.commit')
    // Bob's 11 takes the place of Alice's 11: no value changes, and yet her addition is gone.
    const later = counter.permutation(...bothRead, 'alice.write', 'alice.commit', 'bob.write', 'bob.commit')
    for (const orders of [waiting, later]) {
      if (mode === 'pessimistic') await expect(orders).toAllow('P4')
      else await expect(orders).toPrevent('P4')
    }
  },
)

test('additions to what was read one after another show no anomaly', async ({ isolation }) => {
  const sessions = { alice: ADD_TO_WHAT_WAS_READ, bob: ADD_TO_WHAT_WAS_READ }
  const oneByOne = isolation({ setup: ACCOUNTS, sessions }).permutation(
    'alice.begin',
    'alice.read',
    'alice.write',
    'alice.commit',
    'bob.begin',
    'bob.read',
    'bob.write',
    'bob.commit',
  )
  for (const anomaly of EVERY) await expect(oneByOne).toPrevent(anomaly)
})

test('what was read FOR UPDATE is not overwritten', async ({ isolation }) => {
  const add = {
    begin: 'BEGIN',
    lock: 'SELECT value FROM account WHERE id = 1 FOR UPDATE',
    write: 'UPDATE account SET value = 30 WHERE id = 1 AND value < 30',
    commit: 'COMMIT',
  }
  const orders = isolation({ setup: ACCOUNTS, sessions: { alice: add, bob: add } }).everyInterleaving()
  for (const anomaly of ['P4', 'G-single', 'G2'] as const) await expect(orders).toPrevent(anomaly)
})

test('a sum is read before and after parts of a transfer, if the level lets it', async ({ isolation }) => {
  const sessions = {
    auditor: {
      begin: 'BEGIN',
      one: 'SELECT value FROM account WHERE id = 1',
      sum: 'SELECT SUM(value) FROM account',
      commit: 'COMMIT',
    },
    payer: { pay: 'UPDATE account SET value = value - 5 WHERE id = 1' },
  }
  await expect(isolation({ setup: ACCOUNTS, sessions }).everyInterleaving()).toPrevent('G-single')
  const committed = { setup: ACCOUNTS, sessions, level: 'READ COMMITTED' } as const
  await expect(isolation(committed).everyInterleaving()).toAllow('G-single')
})

test('a sum that comes out the same is no evidence of what it was made of', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    level: 'READ COMMITTED',
    sessions: {
      auditor: { begin: 'BEGIN', sum: 'SELECT SUM(value) AS total FROM account', commit: 'COMMIT' },
      payer: { pay: 'UPDATE account SET value = IF(id = 1, value - 5, value + 5)' },
    },
    detect: true,
  }).permutation('auditor.begin', 'payer.pay', 'auditor.sum', 'auditor.commit')
  expect(report.detection).toEqual({ anomalies: [], possible: [], unknown: [] })
})

test('the evidence names the steps, the rows and who wrote them', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: {
        begin: 'BEGIN',
        look: 'SELECT SUM(value) FROM account',
        take: 'UPDATE account SET value = 0 WHERE id = 1',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        look: 'SELECT SUM(value) FROM account',
        take: 'UPDATE account SET value = 0 WHERE id = 2',
        commit: 'COMMIT',
      },
    },
    detect: true,
  }).permutation(
    'alice.begin',
    'bob.begin',
    'alice.look',
    'bob.look',
    'alice.take',
    'bob.take',
    'alice.commit',
    'bob.commit',
  )
  expect(report.detection?.anomalies).toEqual([
    {
      name: 'G2-item',
      transactions: ['alice', 'bob'],
      evidence:
        'alice.look met account(2) as (2, 20), and bob made it (2, 0); bob.look met account(1) as (1, 10), and alice made it (1, 0)',
    },
    expect.objectContaining({ name: 'G2' }),
  ])
})

test('statements without BEGIN are transactions of their own', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: { one: 'SELECT value FROM account WHERE id = 1', other: 'SELECT value FROM account WHERE id = 2' },
      bob: { both: 'UPDATE account SET value = value + 1' },
    },
    detect: true,
  }).permutation('alice.one', 'bob.both', 'alice.other')
  expect(report.detection).toEqual({ anomalies: [], possible: [], unknown: [] })
})

test('a write that waits acts on what was committed meanwhile', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: { begin: 'BEGIN', add: 'UPDATE account SET value = value + 1 WHERE id = 1', commit: 'COMMIT' },
      bob: { add: 'UPDATE account SET value = value + 1 WHERE id = 1' },
    },
    detect: true,
    afterwards: { end: 'SELECT value FROM account WHERE id = 1' },
  }).permutation('alice.begin', 'alice.add', 'bob.add', 'alice.commit')
  expect(report.step('bob.add').waited).toBeDefined()
  expect(report.rows('afterwards.end')).toEqual([{ value: 12 }])
  expect(report.detection).toEqual({ anomalies: [], possible: [], unknown: [] })
})

test('what was rolled back to a savepoint was not written', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    level: 'READ COMMITTED',
    sessions: {
      alice: {
        begin: 'BEGIN',
        x: 'UPDATE account SET value = 11 WHERE id = 1',
        savepoint: 'SAVEPOINT s',
        y: 'UPDATE account SET value = 21 WHERE id = 2',
        back: 'ROLLBACK TO SAVEPOINT s',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        y: 'SELECT value FROM account WHERE id = 2',
        x: 'SELECT value FROM account WHERE id = 1',
        commit: 'COMMIT',
      },
    },
    detect: true,
  }).permutation(
    'alice.begin',
    'alice.x',
    'alice.savepoint',
    'alice.y',
    'bob.begin',
    'bob.y',
    'alice.back',
    'alice.commit',
    'bob.x',
    'bob.commit',
  )
  expect(report.detection).toEqual({ anomalies: [], possible: [], unknown: [] })
})

test('a statement that fails has seen what it fails of', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: {
        begin: 'BEGIN',
        look: 'SELECT value FROM account WHERE id = 3',
        insert: 'INSERT INTO account VALUES (3, 30)',
        commit: 'COMMIT',
      },
      bob: { insert: 'INSERT INTO account VALUES (3, 31)' },
    },
    detect: true,
  }).permutation('alice.begin', 'alice.look', 'bob.insert', 'alice.insert', 'alice.commit')
  expect(report.step('alice.insert').error?.errno).toBe(1062)
  expect(report.detection?.anomalies.map(({ name, evidence }) => `${name}: ${evidence}`)).toContain(
    'G-single: alice.look met no account(3), and bob made it (3, 31); alice.insert met account(3) as (3, 31), which bob had made of no row',
  )
})

test('the victim of a deadlock takes no part', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: {
        begin: 'BEGIN',
        one: 'UPDATE account SET value = value + 1 WHERE id = 1',
        other: 'UPDATE account SET value = value + 1 WHERE id = 2',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        other: 'UPDATE account SET value = value + 1 WHERE id = 2',
        one: 'UPDATE account SET value = value + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
    },
    detect: true,
  }).permutation(
    'alice.begin',
    'bob.begin',
    'alice.one',
    'bob.other',
    'alice.other',
    'bob.one',
    'alice.commit',
    'bob.commit',
  )
  expect(report.records.filter(({ error }) => error?.errno === 1213)).toHaveLength(1)
  expect(report.detection).toEqual({ anomalies: [], possible: [], unknown: [] })
})

test('a whole transaction can be one step', async ({ isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: {
        begin: 'BEGIN; SELECT value FROM account WHERE id = 1',
        read: 'SELECT value FROM account WHERE id = 2',
        commit: 'COMMIT',
      },
      bob: {
        all: 'BEGIN; UPDATE account SET value = value - 5 WHERE id = 1; UPDATE account SET value = value + 5 WHERE id = 2; COMMIT',
      },
    },
    level: 'READ COMMITTED',
    detect: true,
  }).permutation('alice.begin', 'bob.all', 'alice.read', 'alice.commit')
  expect(report.detection?.anomalies.map(({ name }) => name)).toEqual(['G-single', 'G2-item', 'G2'])
  expect(report.detection?.unknown).toEqual([])
})

test('several that wait for one COMMIT end together', async ({ isolation }) => {
  const add = 'UPDATE account SET value = value + 1 WHERE id = 1'
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: {
      alice: { begin: 'BEGIN', add, commit: 'COMMIT' },
      bob: { add },
      carol: { add: add.replace('id = 1', 'id < 3') },
    },
    afterwards: { end: 'SELECT value FROM account ORDER BY id' },
    detect: true,
  }).permutation('alice.begin', 'alice.add', 'bob.add', 'carol.add', 'alice.commit')
  expect(report.detection).toEqual({ anomalies: [], possible: [], unknown: [] })
  expect(report.rows('afterwards.end')).toEqual([{ value: 13 }, { value: 21 }])
})

test.for([
  ['counted keys', 'CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)'],
  ['no key', 'CREATE TABLE t (v INT)'],
  [
    'a key of two columns',
    "CREATE TABLE t (a VARCHAR(20) DEFAULT 'it''s \\\\ ä', id INT AUTO_INCREMENT, v INT, PRIMARY KEY (a, id), KEY (id))",
  ],
] as const)('a phantom in a table with %s', async ([, table], { isolation }) => {
  const sessions = {
    alice: {
      begin: 'BEGIN',
      look: 'SELECT COUNT(*) FROM t WHERE v > 5',
      insert: 'INSERT INTO t (v) VALUES (7)',
      commit: 'COMMIT',
    },
    bob: {
      begin: 'BEGIN',
      look: 'SELECT COUNT(*) FROM t WHERE v > 6',
      insert: 'INSERT INTO t (v) VALUES (8)',
      commit: 'COMMIT',
    },
  }
  const setup = [table, 'INSERT INTO t (v) VALUES (1), (9)']
  const skewed = isolation({ setup, sessions }).permutation(
    'alice.begin',
    'bob.begin',
    'alice.look',
    'bob.look',
    'alice.insert',
    'bob.insert',
    'alice.commit',
    'bob.commit',
  )
  await expect(skewed).toAllow('G2')
  await expect(skewed).toPrevent('G2-item')
  const oneByOne = isolation({ setup, sessions }).permutation(
    'alice.begin',
    'alice.look',
    'alice.insert',
    'alice.commit',
    'bob.begin',
    'bob.look',
    'bob.insert',
    'bob.commit',
  )
  await expect(oneByOne).toPrevent('G2')
})

test.for([
  [
    'a schema change',
    'ALTER TABLE account ADD COLUMN note INT',
    "can't be followed (ALTER TABLE account ADD COLUMN note INT)",
  ],
  ['a prepared statement', "PREPARE p FROM 'SELECT 1'", "can't be followed"],
  ['chance', 'SELECT RAND() AS r FROM account', 'did what it does on no rows that it may have met'],
  [
    'two transactions in one step',
    'UPDATE account SET value = 1; UPDATE account SET value = 2',
    'several transactions',
  ],
] as const)('nothing is said to be prevented in a schedule with %s', async ([, sql, reason], { isolation }) => {
  const report = await isolation({
    setup: ACCOUNTS,
    sessions: { alice: { strange: sql }, bob: { add: 'UPDATE account SET value = value + 1' } },
    detect: true,
  }).permutation('alice.strange', 'bob.add')
  expect(report.detection?.unknown.join()).toContain(reason)
  expect(() => expect(report).toPrevent('G0')).toThrow("that can't be told")
  expect(() => expect(report).toAllow('G0')).toThrow("that can't be told")
})
