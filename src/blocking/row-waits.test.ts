import { describe, expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { sql } from '../connections/sql.ts'
import { finish, observed, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const TABLES: Readonly<Record<string, string>> = {
  t: `CREATE TABLE t (id INT PRIMARY KEY, v INT, email VARCHAR(30) UNIQUE, KEY (v));
      INSERT INTO t VALUES (1, 10, 'a@b.c'), (2, 20, NULL), (3, 30, NULL)`,
  pair: `CREATE TABLE pair (a INT, b VARCHAR(10), v INT, PRIMARY KEY (a, b) CLUSTERED);
      INSERT INTO pair VALUES (1, 'x', 0)`,
  heap: 'CREATE TABLE heap (id INT PRIMARY KEY NONCLUSTERED, v INT); INSERT INTO heap VALUES (1, 0), (2, 0)',
  bare: 'CREATE TABLE bare (v INT); INSERT INTO bare VALUES (1), (2)',
  part: `CREATE TABLE part (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 3;
      INSERT INTO part VALUES (1, 0), (2, 0)`,
  big: 'CREATE TABLE big (id BIGINT UNSIGNED PRIMARY KEY, v INT); INSERT INTO big VALUES (18446744073709551615, 0)',
  child: 'CREATE TABLE child (id INT PRIMARY KEY, t_id INT, FOREIGN KEY (t_id) REFERENCES t (id))',
}

/** The tables that the statements name. */
const schemaFor = (...statements: readonly string[]): string =>
  Object.entries(TABLES)
    .filter(([table]) => statements.some((statement) => new RegExp(`\\b${table}\\b`).test(statement)))
    .map(([, create]) => create)
    .join(';')

interface Case {
  readonly held: string
  readonly wanted: string
  readonly kind?: string
  readonly target: string
}

const CASES: readonly Case[] = [
  { held: 'UPDATE t SET v = 1 WHERE id = 1', wanted: 'UPDATE t SET v = 2 WHERE id = 1', target: 'row t(1)' },
  { held: 'DELETE FROM t WHERE id = 2', wanted: 'UPDATE t SET v = 2 WHERE id IN (1, 2)', target: 'row t(2)' },
  { held: 'UPDATE t SET v = 1 WHERE id = 1', wanted: 'DELETE FROM t WHERE id = 1', target: 'row t(1)' },
  {
    held: 'SELECT * FROM t WHERE id = 1 FOR UPDATE',
    wanted: 'SELECT v FROM t WHERE id = 1 FOR UPDATE',
    target: 'row t(1)',
  },
  {
    held: 'UPDATE t SET v = 21 WHERE id = 2',
    wanted: 'UPDATE t SET v = v + 1 WHERE v > 15 AND v < 25',
    target: 'row t(2)',
  },
  { held: 'UPDATE t SET v = 1 WHERE id = 3', wanted: 'UPDATE t SET v = 0', target: 'row t(3)' },
  {
    held: 'UPDATE t SET v = 1 WHERE id = 2',
    wanted: 'SELECT * FROM t AS x WHERE x.v >= 20 ORDER BY id FOR UPDATE',
    target: 'row t(2)',
  },
  {
    held: 'INSERT INTO t VALUES (9, 0, NULL)',
    wanted: 'INSERT INTO t VALUES (8, 0, NULL), (9, 0, NULL)',
    target: 'row t(9)',
  },
  { held: 'INSERT INTO t VALUES (9, 0, NULL)', wanted: 'INSERT INTO t SET id = 9', target: 'row t(9)' },
  {
    held: "INSERT INTO t (id, email) VALUES (9, 'z')",
    wanted: "INSERT INTO t (email, id) VALUES ('z', 8)",
    kind: 'unique-key',
    target: "unique key t.email('z')",
  },
  {
    held: "INSERT INTO t (id, email) VALUES (9, 'z')",
    wanted: "UPDATE t SET email = 'z' WHERE id = 2",
    kind: 'unique-key',
    target: "unique key t.email('z')",
  },
  {
    held: "INSERT INTO t (id, email) VALUES (9, 'z')",
    wanted: "DELETE FROM t WHERE email = 'z'",
    kind: 'unique-key',
    target: "unique key t.email('z')",
  },
  {
    held: 'UPDATE t SET v = 1 WHERE id = 1',
    wanted: "UPDATE t SET v = 2 WHERE email = 'a@b.c'",
    kind: 'unique-key',
    target: "unique key t.email('a@b.c')",
  },
  { held: 'UPDATE t SET v = 1 WHERE id = 1', wanted: "REPLACE INTO t VALUES (1, 5, 'new')", target: 'row t(1)' },
  {
    held: 'UPDATE t SET v = 1 WHERE id = 1',
    wanted: "INSERT INTO t VALUES (7, 0, 'a@b.c') ON DUPLICATE KEY UPDATE v = 3",
    kind: 'unique-key',
    target: "unique key t.email('a@b.c')",
  },
  {
    held: "UPDATE pair SET v = 1 WHERE a = 1 AND b = 'x'",
    wanted: "UPDATE pair SET v = 2 WHERE a = 1 AND b = 'x'",
    target: "row pair(1, 'x')",
  },
  {
    held: "UPDATE pair SET v = 1 WHERE a = 1 AND b = 'x'",
    wanted: 'UPDATE pair SET v = 2 WHERE a < 5',
    target: "row pair(1, 'x')",
  },
  {
    held: 'INSERT INTO heap VALUES (9, 0)',
    wanted: 'INSERT INTO heap VALUES (9, 0)',
    kind: 'unique-key',
    target: 'unique key heap.PRIMARY(9)',
  },
  { held: 'UPDATE heap SET v = 1 WHERE id = 2', wanted: 'UPDATE heap SET v = 2 WHERE v = 0', target: 'row heap' },
  { held: 'UPDATE bare SET v = 3 WHERE v = 2', wanted: 'DELETE FROM bare WHERE v = 2', target: 'row bare' },
  { held: 'UPDATE part SET v = 1 WHERE id = 2', wanted: 'UPDATE part SET v = 2 WHERE id = 2', target: 'row part(2)' },
  {
    held: 'UPDATE part SET v = 1 WHERE id = 2',
    wanted: 'DELETE FROM part WHERE v = 0 AND id > 1',
    target: 'row part(2)',
  },
  {
    held: 'UPDATE big SET v = 1',
    wanted: 'UPDATE big SET v = 2 WHERE id = 18446744073709551615',
    target: 'row big(18446744073709551615)',
  },
  { held: 'UPDATE t SET v = 1 WHERE id = 1', wanted: 'INSERT INTO child VALUES (1, 1)', target: 'row t(1)' },
]

describe('a statement in a transaction is seen to wait for the one who holds', () => {
  for (const { held, wanted, kind = 'row-lock', target } of CASES) {
    test(`${target}: ${wanted}`, async ({ db, observed: { observer, alice, bob } }) => {
      await db.script(schemaFor(held, wanted))
      await alice.script(`BEGIN PESSIMISTIC; ${held}`)
      await bob.script('BEGIN PESSIMISTIC')
      const waiting = bob.start`${sql.raw(wanted)}`
      const wait = await waitOf(observer, waiting)
      expect(shortly(wait)).toEqual([kind, target, ['alice'], 'MVCC'])
      expect(waiting.status).toBe('blocked')
      await alice.run`ROLLBACK`
      await finish(waiting)
      expect(await observer.endedOrBlocked(waiting)).not.toMatchObject({ status: 'blocked' })
    })
  }
})
