import { expect, test, type Session, type StartedStatement } from 'vitest-tidb'
import { untilLockWaiting } from './lock-wait.ts'

interface Edge {
  deadlock: bigint | number
  waits: bigint | number
  holds: bigint | number
}

/** The transaction that the session has open, as deadlock reports number it. */
async function transactionOf(session: Session): Promise<string> {
  const [row] = await session.query<{ id: string }>`SELECT @@tidb_current_ts AS id`
  return row?.id ?? 'none'
}

/** For each edge of the deadlocks that one of these transactions was part of: who waits for whom. */
async function cycleOf(db: Session, transactions: readonly string[]): Promise<[waits: string, holds: string][]> {
  const edges = await db.query<Edge>`
    SELECT deadlock_id AS deadlock, try_lock_trx_id AS waits, trx_holding_lock AS holds
    FROM information_schema.cluster_deadlocks`
  return edges
    .map(({ waits, holds }): [string, string] => [String(waits), String(holds)])
    .filter((edge) => edge.some((transaction) => transactions.includes(transaction)))
}

/** Begins one transaction a session, in which each locks the row of its own number. */
async function lockOneRowEach(db: Session, locking: readonly Session[]): Promise<string[]> {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  const transactions: string[] = []
  for (const [index, session] of locking.entries()) {
    await db.run`INSERT INTO t VALUES (${index}, 0)`
    await session.run`BEGIN PESSIMISTIC`
    await session.run`UPDATE t SET v = v + 1 WHERE id = ${index}`
    transactions.push(await transactionOf(session))
  }
  return transactions
}

test('of two sessions that wait for each other, exactly one fails and the other goes on', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  const transactions = await lockOneRowEach(db, [alice, bob])
  const [first, second] = transactions
  const ofAlice = alice.start`UPDATE t SET v = v + 10 WHERE id = 1`
  await untilLockWaiting(db, ofAlice)
  const ofBob = bob.start`UPDATE t SET v = v + 10 WHERE id = 0`

  await expect.poll(() => [ofAlice.status, ofBob.status], { interval: 10, timeout: 10_000 }).toContain('failed')
  const [victim, survivor] = ofAlice.status === 'failed' ? [ofAlice, ofBob] : [ofBob, ofAlice]
  await expect(victim).toFailWith({ name: 'ER_LOCK_DEADLOCK', errno: 1213, outcome: 'transient' })
  await victim.session.run`ROLLBACK`
  await expect(survivor).toAffectRows(1)
  await survivor.session.run`COMMIT`

  const cycle = await cycleOf(db, transactions)
  expect(cycle).toHaveLength(2)
  expect(cycle).toEqual(
    expect.arrayContaining([
      [first, second],
      [second, first],
    ]),
  )
  const own = survivor.session === alice ? 0 : 1
  await expect(db.query`SELECT v FROM t WHERE id = ${own}`).toReturnRows([{ v: 1 }])
  await expect(db.query`SELECT v FROM t WHERE id = ${1 - own}`).toReturnRows([{ v: 10 }])
})

test('a cycle of three sessions is broken at one of them', async ({ db, sessions }) => {
  const three = await sessions(3)
  const transactions = await lockOneRowEach(db, three)
  const updates: StartedStatement[] = []
  for (const [index, session] of three.entries()) {
    const update = session.start`UPDATE t SET v = v + 10 WHERE id = ${(index + 1) % 3}`
    updates.push(update)
    if (index < 2) await untilLockWaiting(db, update)
  }
  await expect.poll(() => updates.map((update) => update.status), { interval: 10, timeout: 10_000 }).toContain('failed')
  const victim = updates.findIndex((update) => update.status === 'failed')
  await expect(updates[victim]!).toFailWith('ER_LOCK_DEADLOCK')
  await three[victim]!.run`ROLLBACK`
  // The others are let through one after the other, from the one that waited for the victim.
  for (const step of [2, 1]) {
    const index = (victim + step) % 3
    await expect(updates[index]!).toAffectRows(1)
    await three[index]!.run`COMMIT`
  }
  expect(await cycleOf(db, transactions)).toHaveLength(3)
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
  await untilLockWaiting(db, ofBob)
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
