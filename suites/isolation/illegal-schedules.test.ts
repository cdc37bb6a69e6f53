import { expect, test } from 'vitest-tidb'
import { mustSeeLocks } from './lock-sight.ts'

const counter = {
  setup: ['CREATE TABLE c (id INT PRIMARY KEY, v INT)', 'INSERT INTO c VALUES (1, 0)'],
  sessions: {
    alice: { begin: 'BEGIN', add: 'UPDATE c SET v = v + 1 WHERE id = 1', commit: 'COMMIT' },
    bob: { begin: 'BEGIN', add: 'UPDATE c SET v = v + 1 WHERE id = 1', commit: 'COMMIT' },
  },
} as const

test('a step while its session is blocked is refused, with what was seen until then', async ({
  isolation,
  db,
  tidb,
}) => {
  await mustSeeLocks(db, tidb)
  const scenario = isolation(counter)
  const refused = scenario.permutation('alice.begin', 'bob.begin', 'alice.add', 'bob.add', 'bob.commit', 'alice.commit')
  await expect(refused).rejects.toMatchObject({ code: 'ISOLATION_SESSION_BLOCKED' })
  const error = await refused.catch((caught: Error) => caught)
  expect(String(error)).toMatch(/step 5, bob\.commit, can't be sent: bob\.add waits for alice/)
  expect(String(error)).toMatch(/ {4}bob\.add +<waiting on alice/)
  // The next schedule begins from a clean state again.
  const next = await scenario.permutation('bob.begin', 'bob.add', 'bob.commit')
  expect(next.step('bob.add')).toMatchObject({ outcome: 'done', affectedRows: 1 })
})

test('a schedule that ends with a step that nobody lets go on is refused, and says whose transaction is open', async ({
  isolation,
  db,
  tidb,
}) => {
  await mustSeeLocks(db, tidb)
  const scenario = isolation({
    ...counter,
    sessions: { alice: { begin: 'BEGIN', add: counter.sessions.alice.add }, bob: { add: counter.sessions.bob.add } },
  })
  await expect(scenario.permutation('alice.begin', 'alice.add', 'bob.add')).rejects.toThrow(
    'The transaction of alice is open, and no step ends it',
  )
  await expect(scenario.everyInterleaving()).rejects.toMatchObject({ code: 'ISOLATION_STUCK' })
})

test.for([
  [['bob.begin', 'bob.commit', 'bob.add'], "'bob.add' comes after a later step of its session"],
  [['bob.begin', 'bob.begin'], "'bob.begin' is in it twice"],
  [['bob.beginn'], "Did you mean 'bob.begin'?"],
  [['bob'], "'bob' is no step of a permutation"],
  [['bob.begin(alice.end)'], "there is no step 'alice.end'"],
  [[], 'it has no steps'],
] as const)('a slip is refused before anything runs: %j', async ([steps, message], { isolation, statements }) => {
  // A name that the types would refuse.
  const permutation = isolation(counter).permutation as (...names: readonly string[]) => Promise<unknown>
  await expect(permutation.call(isolation(counter), ...steps)).rejects.toThrow(message)
  expect(statements.entries).toEqual([])
})

test('more interleavings than anybody waits for are refused, and bounded ones are run', async ({ isolation }) => {
  const steps = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`s${index}`, 'SELECT 1']))
  const scenario = isolation({ sessions: { alice: steps, bob: steps } })
  await expect(scenario.everyInterleaving()).rejects.toThrow('there are 12,870 interleavings (steps: alice 8, bob 8)')
  const bounded = await scenario.everyInterleaving({ preemptions: 1 })
  expect(bounded.counts).toMatchObject({ total: 12_870n, run: 16, beyondPreemptions: 12_854n })
  await expect(scenario.everyInterleaving({ sample: 0 })).rejects.toThrow('sample is 0')
})
