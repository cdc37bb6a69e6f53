import { expect, test } from 'vitest-tidb'

const QUEUE = `
  CREATE TABLE job (id INT PRIMARY KEY, owner VARCHAR(16), KEY by_owner (owner));
  INSERT INTO job VALUES (1, NULL), (2, NULL), (3, NULL)`

test('a worker that takes a job keeps it from the others', async ({ db, sessions }) => {
  await db.script(QUEUE)
  const { first, second } = await sessions('first', 'second')
  await first.script('BEGIN; SELECT id FROM job WHERE id = 1 FOR UPDATE')

  await second.run`BEGIN`
  await expect(second.query`SELECT id FROM job WHERE id = 1 FOR UPDATE NOWAIT`).toFailWith(3572)
  const taking = second.start`UPDATE job SET owner = 'second' WHERE id = 1 AND owner IS NULL`
  await expect(taking).toBeBlockedBy(first)

  await first.script("UPDATE job SET owner = 'first' WHERE id = 1; COMMIT")
  await expect(taking).toAffectRows(0)
})

test('each job is done once, however many workers there are', async ({ db, coordinator }) => {
  await db.script(QUEUE)
  const done = await coordinator.run({ count: 5 }, async ({ session, name, barrier }) => {
    await barrier('all are connected')
    const taken: number[] = []
    for (const id of [1, 2, 3]) {
      const { affectedRows } = await session.run`UPDATE job SET owner = ${name} WHERE id = ${id} AND owner IS NULL`
      if (affectedRows === 1) taken.push(id)
    }
    return taken
  })
  expect(Object.values(done).flat().toSorted()).toEqual([1, 2, 3])
})

test('whatever the order, the last job is taken by one of two', async ({ isolation }) => {
  const job = isolation({
    setup: ['CREATE TABLE job (id INT PRIMARY KEY, owner VARCHAR(16))', 'INSERT INTO job VALUES (1, NULL)'],
    sessions: {
      alice: { begin: 'BEGIN', take: "UPDATE job SET owner = 'alice' WHERE id = 1 AND owner IS NULL", end: 'COMMIT' },
      bob: { begin: 'BEGIN', take: "UPDATE job SET owner = 'bob' WHERE id = 1 AND owner IS NULL", end: 'COMMIT' },
    },
    afterwards: { owner: 'SELECT COUNT(owner) AS owners FROM job' },
  })
  await job.everyInterleaving((report) => {
    expect(report.rows('afterwards.owner')).toEqual([{ owners: 1 }])
  })
})
