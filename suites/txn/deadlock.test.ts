import { expect, isStatementError, test, type Session, type StartedStatement } from 'vitest-tidb'

/** Begins one transaction a session, in which each locks the row of its own number. */
async function lockOneRowEach(db: Session, locking: readonly Session[]): Promise<void> {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  for (const [index, session] of locking.entries()) {
    await db.run`INSERT INTO t VALUES (${index}, 0)`
    await session.run`BEGIN PESSIMISTIC`
    await session.run`UPDATE t SET v = v + 1 WHERE id = ${index}`
  }
}

/** The one that fails first, which is how TiDB breaks a cycle; the others go on waiting. */
async function firstToFail(statements: readonly StartedStatement<unknown>[]): Promise<StartedStatement<unknown>> {
  return Promise.any(
    statements.map((statement) =>
      statement.result().then(
        () => Promise.reject(new Error(`it went on: ${statement.sql}`)),
        () => statement,
      ),
    ),
  )
}

/** Who waited for whom, on what, as the failure of a deadlock's victim tells. */
async function cycleOf(victim: StartedStatement<unknown>): Promise<string[]> {
  const error = await victim.result().catch((caught: unknown) => caught)
  const waits = isStatementError(error) ? error.deadlock : undefined
  return (waits ?? []).map(({ waiting, holding, key }) => `${waiting}, ${holding}, ${key}`)
}

test('of two sessions that wait for each other, exactly one fails and the other goes on', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await lockOneRowEach(db, [alice, bob])
  const ofAlice = alice.start`UPDATE t SET v = v + 10 WHERE id = 1`
  await expect(ofAlice).toBeBlockedBy(bob)
  const ofBob = bob.start`UPDATE t SET v = v + 10 WHERE id = 0`

  const victim = await firstToFail([ofAlice, ofBob])
  const survivor = victim === ofAlice ? ofBob : ofAlice
  await expect(victim).toFailWith({ name: 'ER_LOCK_DEADLOCK', errno: 1213, outcome: 'transient' })
  const waits = ['alice, bob, row t(1)', 'bob, alice, row t(0)']
  expect(await cycleOf(victim)).toEqual(victim === ofAlice ? waits : waits.toReversed())
  await victim.session.run`ROLLBACK`
  await expect(survivor).toAffectRows(1)
  await survivor.session.run`COMMIT`

  const own = survivor.session === alice ? 0 : 1
  await expect(db.query`SELECT v FROM t WHERE id = ${own}`).toReturnRows([{ v: 1 }])
  await expect(db.query`SELECT v FROM t WHERE id = ${1 - own}`).toReturnRows([{ v: 10 }])
})

test('a cycle of three sessions is broken at one of them', async ({ db, sessions }) => {
  const three = await sessions(3)
  await lockOneRowEach(db, three)
  const updates: StartedStatement<unknown>[] = []
  for (const [index, session] of three.entries()) {
    const update = session.start`UPDATE t SET v = v + 10 WHERE id = ${(index + 1) % 3}`
    updates.push(update)
    if (index < 2) await expect(update).toBeBlockedBy(three[index + 1]!)
  }
  const failed = await firstToFail(updates)
  const victim = updates.indexOf(failed)
  await expect(failed).toFailWith('ER_LOCK_DEADLOCK')
  expect(await cycleOf(failed)).toEqual(
    [0, 1, 2].map((step) => {
      const [waits, holds] = [(victim + step) % 3, (victim + step + 1) % 3]
      return `${three[waits]?.name}, ${three[holds]?.name}, row t(${holds})`
    }),
  )
  await failed.session.run`ROLLBACK`
  // The others are let through one after the other, from the one that waited for the victim.
  for (const step of [2, 1]) {
    const index = (victim + step) % 3
    await expect(updates[index]!).toAffectRows(1)
    await three[index]!.run`COMMIT`
  }
  await expect(db.query`SELECT SUM(v) AS total FROM t`).toReturnRows([{ total: '22' }])
})

test('sessions that lock in the same order wait, and do not deadlock', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (0, 0), (1, 0)`
  await alice.run`BEGIN PESSIMISTIC`
  await bob.run`BEGIN PESSIMISTIC`
  await alice.run`UPDATE t SET v = v + 1 WHERE id = 0`
  const ofBob = bob.start`UPDATE t SET v = v + 10 WHERE id = 0`
  await expect(ofBob).toBeBlockedBy(alice)
  await alice.run`UPDATE t SET v = v + 1 WHERE id = 1`
  await alice.run`COMMIT`
  await expect(ofBob).toAffectRows(1)
  await bob.run`UPDATE t SET v = v + 10 WHERE id = 1`
  await bob.run`COMMIT`
  await expect(db.query`SELECT id, v FROM t ORDER BY id`).toReturnRows([
    { id: 0, v: 11 },
    { id: 1, v: 11 },
  ])
})
