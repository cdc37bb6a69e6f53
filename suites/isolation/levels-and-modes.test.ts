import { expect, test } from 'vitest-tidb'

const reader = {
  setup: ['CREATE TABLE t (id INT PRIMARY KEY, v INT)', 'INSERT INTO t VALUES (1, 10)'],
  sessions: {
    alice: {
      begin: 'BEGIN',
      read: 'SELECT v FROM t WHERE id = 1',
      reread: 'SELECT v FROM t WHERE id = 1',
      commit: 'COMMIT',
    },
    bob: { write: 'UPDATE t SET v = 20 WHERE id = 1' },
  },
}

test('a read is repeated unless the level is READ COMMITTED and the mode pessimistic', async ({ isolation }) => {
  const scenario = isolation(reader)
  await scenario.matrix(
    { level: ['REPEATABLE READ', 'READ COMMITTED'], mode: ['pessimistic', 'optimistic'] },
    async (inSetting, { level, mode }) => {
      const report = await inSetting.permutation(
        'alice.begin',
        'alice.read',
        'bob.write',
        'alice.reread',
        'alice.commit',
      )
      const changes = level === 'READ COMMITTED' && mode === 'pessimistic'
      expect(report.setting).toEqual({ level, mode, variables: {} })
      expect([report.rows('alice.read'), report.rows('alice.reread')]).toEqual([
        [{ v: 10 }],
        [{ v: changes ? 20 : 10 }],
      ])
    },
  )
})

test('in every order, a snapshot is the same from its first read to its last', async ({ isolation }) => {
  await isolation({ ...reader, level: 'REPEATABLE READ' }).everyInterleaving((report) => {
    expect(report.rows('alice.reread')).toEqual(report.rows('alice.read'))
  })
})

test('a lock wait timeout ends a step where patience is given', async ({ isolation }) => {
  const impatient = isolation({
    setup: ['CREATE TABLE t (id INT PRIMARY KEY, v INT)', 'INSERT INTO t VALUES (1, 10)'],
    variables: { innodb_lock_wait_timeout: 1 },
    patience: 10_000,
    sessions: {
      alice: { begin: 'BEGIN', write: 'UPDATE t SET v = 20 WHERE id = 1', commit: 'COMMIT' },
      bob: { begin: 'BEGIN', write: 'UPDATE t SET v = 30 WHERE id = 1', read: 'SELECT v FROM t', commit: 'COMMIT' },
    },
  })
  const report = await impatient.permutation(
    'alice.begin',
    'bob.begin',
    'alice.write',
    'bob.write',
    'bob.read',
    'bob.commit',
    'alice.commit',
  )
  expect(report.step('bob.write').error?.symbol).toBe('ER_LOCK_WAIT_TIMEOUT')
  expect(report.rows('bob.read')).toEqual([{ v: 10 }])
})
