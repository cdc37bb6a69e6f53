import { expect, test } from 'vitest-tidb'
import { mustSeeLocks } from './lock-sight.ts'

const table = {
  setup: ['CREATE TABLE t (id INT PRIMARY KEY, v INT)', 'INSERT INTO t VALUES (1, 0), (2, 0)'],
}

test('a step that may or may not wait is always reported as waiting with (*)', async ({ isolation }) => {
  const scenario = isolation({
    ...table,
    sessions: {
      alice: { begin: 'BEGIN', write: 'UPDATE t SET v = 1 WHERE id = 1', commit: 'COMMIT' },
      bob: { free: 'UPDATE t SET v = 2 WHERE id = 2', blocked: 'UPDATE t SET v = 2 WHERE id = 1' },
    },
  })
  expect(await scenario.permutation('alice.begin', 'alice.write', 'bob.free(*)', 'bob.blocked(*)', 'alice.commit'))
    .toMatchInlineSnapshot(`
    alice.begin
    alice.write   1 row
    bob.free      <waiting>
    bob.free      <... completed>  1 row
    bob.blocked   <waiting>
    alice.commit
    bob.blocked   <... completed>  1 row
  `)
})

test('of two steps that one COMMIT lets go on, one can be reported after the other', async ({ isolation }) => {
  const scenario = isolation({
    ...table,
    sessions: {
      alice: { begin: 'BEGIN', write: 'UPDATE t SET v = 1', commit: 'COMMIT' },
      bob: { write: 'UPDATE t SET v = 2 WHERE id = 1' },
      carol: { write: 'UPDATE t SET v = 3 WHERE id = 2' },
    },
  })
  const order = async (...steps: Parameters<typeof scenario.permutation>) => {
    const { events } = await scenario.permutation(...steps)
    return events.flatMap(({ kind, record }) => (kind === 'completed' ? [record.session] : []))
  }
  expect(await order('alice.begin', 'alice.write', 'bob.write', 'carol.write', 'alice.commit')).toEqual([
    'bob',
    'carol',
  ])
  expect(await order('alice.begin', 'alice.write', 'bob.write(carol.write)', 'carol.write', 'alice.commit')).toEqual([
    'carol',
    'bob',
  ])
})

test('markers that can never be satisfied are refused', async ({ isolation, db, tidb }) => {
  await mustSeeLocks(db, tidb)
  const scenario = isolation({
    ...table,
    sessions: {
      alice: { begin: 'BEGIN', write: 'UPDATE t SET v = 1', commit: 'COMMIT' },
      bob: { write: 'UPDATE t SET v = 2 WHERE id = 1' },
      carol: { write: 'UPDATE t SET v = 3 WHERE id = 2' },
    },
  })
  await expect(
    scenario.permutation(
      'alice.begin',
      'alice.write',
      'bob.write(carol.write)',
      'carol.write(bob.write)',
      'alice.commit',
    ),
  ).rejects.toMatchObject({ code: 'ISOLATION_MARKERS' })
  await expect(scenario.permutation('alice.begin(alice.write)')).rejects.toThrow('a step of its own session')
})
