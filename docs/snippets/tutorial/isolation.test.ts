// #region one
import { expect, test } from 'vitest-tidb'

test('the second writer waits, and its update is not lost', async ({
  isolation,
}) => {
  const counter = isolation({
    setup: [
      'CREATE TABLE c (id INT PRIMARY KEY, v INT)',
      'INSERT INTO c VALUES (1, 0)',
    ],
    sessions: {
      alice: {
        begin: 'BEGIN',
        add: 'UPDATE c SET v = v + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        add: 'UPDATE c SET v = v + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
    },
  })
  expect(
    await counter.permutation(
      'alice.begin',
      'bob.begin',
      'alice.add',
      'bob.add',
      'alice.commit',
      'bob.commit',
    ),
  ).toMatchInlineSnapshot(`
    alice.begin
    bob.begin
    alice.add     1 row
    bob.add       <waiting on alice: row c(1)>
    alice.commit
    bob.add       <... completed>  1 row
    bob.commit
  `)
})
// #endregion one

// #region every
test('an increment in one statement is never lost, whatever the order', async ({
  isolation,
}) => {
  const counter = isolation({
    setup: [
      'CREATE TABLE c (id INT PRIMARY KEY, v INT)',
      'INSERT INTO c VALUES (1, 0)',
    ],
    sessions: {
      alice: {
        begin: 'BEGIN',
        add: 'UPDATE c SET v = v + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        add: 'UPDATE c SET v = v + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
    },
    afterwards: { count: 'SELECT v FROM c' },
  })
  await counter.everyInterleaving((report) => {
    expect(report.rows('afterwards.count')).toEqual([{ v: 2 }])
  })
})
// #endregion every

// #region anomaly
test('reading first and writing what was read loses updates', async ({
  isolation,
}) => {
  const counter = isolation({
    setup: [
      'CREATE TABLE c (id INT PRIMARY KEY, v INT)',
      'INSERT INTO c VALUES (1, 0)',
    ],
    sessions: {
      alice: {
        begin: 'BEGIN',
        read: 'SELECT v FROM c WHERE id = 1',
        write: 'UPDATE c SET v = 1 WHERE id = 1',
        end: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        read: 'SELECT v FROM c WHERE id = 1',
        write: 'UPDATE c SET v = 1 WHERE id = 1',
        end: 'COMMIT',
      },
    },
  })
  await expect(counter.everyInterleaving({ preemptions: 1 })).toAllow('P4')
  await expect(counter.everyInterleaving({ preemptions: 1 })).toPrevent('G1a')
})
// #endregion anomaly

// #region matrix
test('an optimistic transaction fails at COMMIT in place of waiting', async ({
  isolation,
}) => {
  const counter = isolation({
    mode: 'optimistic',
    setup: [
      'CREATE TABLE c (id INT PRIMARY KEY, v INT)',
      'INSERT INTO c VALUES (1, 0)',
    ],
    sessions: {
      alice: {
        begin: 'BEGIN',
        add: 'UPDATE c SET v = v + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        add: 'UPDATE c SET v = v + 1 WHERE id = 1',
        commit: 'COMMIT',
      },
    },
  })
  const report = await counter.permutation(
    'alice.begin',
    'bob.begin',
    'alice.add',
    'bob.add',
    'alice.commit',
    'bob.commit',
  )
  expect(String(report)).toContain('9007')
})
// #endregion matrix
