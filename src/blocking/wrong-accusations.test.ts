import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { sql } from '../connections/sql.ts'
import { finish, observed, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

/** Carol has a lock that the statement would want, if it were read carelessly. */
interface Case {
  readonly name: string
  readonly schema: string
  readonly held: string
  readonly carol: string
  readonly wanted: string
  readonly found: readonly unknown[]
}

const CASES: readonly Case[] = [
  {
    name: 'a number that no row has',
    schema: 'CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (2, 0), (3, 0)',
    held: 'UPDATE t SET v = 1 WHERE id = 3',
    carol: 'UPDATE t SET v = 1 WHERE id = 2',
    wanted: 'UPDATE t SET v = 2 WHERE id IN (1.5, 3)',
    found: ['row-lock', 'row t(3)', ['alice'], 'MVCC'],
  },
  {
    name: 'a negative number where there is none',
    schema:
      'CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, v INT); INSERT INTO t VALUES (18446744073709551615, 0), (3, 0)',
    held: 'UPDATE t SET v = 1 WHERE id = 3',
    carol: 'UPDATE t SET v = 1 WHERE id > 3',
    wanted: 'UPDATE t SET v = 2 WHERE id IN (-1, 3)',
    found: ['row-lock', 'row t(3)', ['alice'], 'MVCC'],
  },
  {
    name: '0 for the next number',
    schema: 'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, u INT UNIQUE)',
    held: 'INSERT INTO t VALUES (100, 5)',
    carol: "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO t VALUES (0, 6)",
    wanted: 'INSERT INTO t VALUES (0, 5)',
    found: ['unique-key', 'unique key t.u(5)', ['alice'], 'MVCC'],
  },
]

for (const { name, schema, held, carol, wanted, found } of CASES) {
  test(`${name}: ${wanted}`, async ({ db, observed: sessions }) => {
    const { observer, alice, bob } = sessions
    await db.script(schema)
    await alice.script(`BEGIN PESSIMISTIC; ${held}`)
    await sessions.carol.script(`BEGIN PESSIMISTIC; ${carol}`)
    await bob.run`BEGIN PESSIMISTIC`
    const waiting = bob.start`${sql.raw(wanted)}`
    expect(shortly(await waitOf(observer, waiting))).toEqual(found)
    await alice.run`ROLLBACK`
    await finish(waiting)
  })
}

test('a time of day means another row in another time zone', async ({
  db,
  observed: { observer, alice, bob, carol },
}) => {
  await db.script(`SET time_zone = '+00:00';
    CREATE TABLE t (at TIMESTAMP PRIMARY KEY CLUSTERED, v INT);
    INSERT INTO t VALUES ('2020-01-01 00:00:00', 0), ('2020-01-01 05:00:00', 0)`)
  await alice.script(`SET time_zone = '+00:00'; BEGIN PESSIMISTIC`)
  await alice.run`UPDATE t SET v = 1 WHERE at = '2020-01-01 00:00:00'`
  await carol.script(`SET time_zone = '+00:00'; BEGIN PESSIMISTIC`)
  await carol.run`UPDATE t SET v = 1 WHERE at = '2020-01-01 05:00:00'`
  await bob.script(`SET time_zone = '+05:00'; BEGIN PESSIMISTIC`)
  for (const condition of ["at = '2020-01-01 05:00:00'", "at < '2020-01-01 06:00:00'"]) {
    const waiting = bob.start`${sql.raw(`UPDATE t SET v = 2 WHERE ${condition}`)}`
    const { blockers, candidates } = await waitOf(observer, waiting)
    expect(blockers).toEqual([])
    expect(candidates.map((candidate) => candidate.name)).toContain('alice')
    await alice.run`ROLLBACK`
    await finish(waiting)
    await bob.script('ROLLBACK; BEGIN PESSIMISTIC')
    await alice.script(`BEGIN PESSIMISTIC; UPDATE t SET v = 1 WHERE at = '2020-01-01 00:00:00'`)
  }
})

test("EXECUTE names no database, and a table's namesake is another", async ({ db, observed: sessions }) => {
  const { observer, alice, bob, carol } = sessions
  const other = sql.id(`${db.database}_namesake`)
  try {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
    await db.run`INSERT INTO t VALUES (1, 0)`
    await db.run`CREATE DATABASE ${other}`
    await db.run`CREATE TABLE ${other}.t (id INT PRIMARY KEY, v INT)`
    await db.run`INSERT INTO ${other}.t VALUES (1, 0)`
    await alice.run`BEGIN PESSIMISTIC`
    await alice.run`UPDATE ${other}.t SET v = 1 WHERE id = 1`
    await carol.script('BEGIN PESSIMISTIC; UPDATE t SET v = 1 WHERE id = 1')
    await bob.run`SET @id = 1`
    await bob.run`PREPARE by_id FROM ${`UPDATE \`${db.database}_namesake\`.t SET v = 2 WHERE id = ?`}`
    await bob.run`BEGIN PESSIMISTIC`
    const waiting = bob.start`EXECUTE by_id USING @id`
    const wait = await waitOf(observer, waiting)
    expect(shortly(wait)).toEqual(['row-lock', 'row t(1)', ['alice'], 'MVCC'])
    expect(wait.on).toEqual({ database: `${db.database}_namesake`, table: 't', key: '1' })
    await alice.run`ROLLBACK`
    await waiting.result()
    await bob.run`ROLLBACK`
  } finally {
    await alice.run`ROLLBACK`
    await db.run`DROP DATABASE IF EXISTS ${other}`
  }
})

test('who has a lock elsewhere is not accused while many rows are locked', async ({ db, observed: sessions }) => {
  const { observer, alice, bob } = sessions
  await db.script(`CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) UNIQUE);
    CREATE TABLE elsewhere (id INT PRIMARY KEY); INSERT INTO elsewhere VALUES (1); INSERT INTO t VALUES (1, NULL)`)
  for (let rows = 1; rows < 16_000; rows *= 2) await db.run`INSERT INTO t SELECT id + ${rows}, NULL FROM t`
  await alice.script('BEGIN PESSIMISTIC; SELECT * FROM elsewhere FOR UPDATE')
  await bob.run`BEGIN PESSIMISTIC`
  const slow = bob.start`INSERT INTO t SELECT id + 100000, CONCAT('row ', id) FROM t`
  expect(await observer.endedOrBlocked(slow, { timeout: 30_000 })).toEqual({ status: 'done' })
})
