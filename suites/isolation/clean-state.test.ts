import { expect, test } from 'vitest-tidb'

const ALL_TYPES = {
  id: 'INT PRIMARY KEY',
  big: 'BIGINT UNSIGNED',
  exact: 'DECIMAL(30, 10)',
  single: 'FLOAT',
  twice: 'DOUBLE',
  flags: 'BIT(12)',
  text: 'VARCHAR(50)',
  long_text: 'TEXT',
  latin: 'VARCHAR(20) CHARACTER SET latin1',
  bytes: 'VARBINARY(20)',
  fixed: 'BINARY(4)',
  blobs: 'BLOB',
  day: 'DATE',
  moment: 'DATETIME(6)',
  stamp: 'TIMESTAMP(3) NULL',
  span: 'TIME(2)',
  season: 'YEAR',
  choice: "ENUM('a', 'b''c', 'd,e')",
  choices: "SET('x', 'y', 'z')",
  doc: 'JSON',
}

test('rows of every type are there again, to the last digit, for the next schedule', async ({ isolation }) => {
  const definitions = Object.entries(ALL_TYPES).map(([name, type]) => `${name} ${type}`)
  const names = Object.keys(ALL_TYPES)
  const read = `SELECT ${names.map((name) => `HEX(${name}) AS ${name}`).join(', ')}, single + 0e0 AS digits, HEX(doc) AS docs, made, seen FROM everything ORDER BY id`
  const scenario = isolation({
    setup: [
      `CREATE TABLE everything (${definitions.join(', ')}, made INT AS (id + 1) STORED, seen INT AS (id + 2) VIRTUAL)`,
      `INSERT INTO everything (${names.join(', ')}) VALUES
        (1, 18446744073709551615, 12345678901234567890.0123456789, 1.2345678, 0.1, b'101010101010',
          'it''s \\\\ "quoted" \\n and \\0', REPEAT('ä', 100), 'é', x'00ff2700', x'00', x'5c', '2024-02-29',
          '2024-02-29 23:59:59.123456', '2024-02-29 23:59:59.123', '-838:59:59', 2024, 'b''c', 'x,z', '{"a": [1, null, "q''"]}'),
        (3, 0, 0, -1e-30, 1.7976931348623157e308, b'0', '', '', '', '', '', '', '0001-01-01', '0001-01-01', NULL,
          '00:00', 1901, 'a', '', 'null')`,
      'INSERT INTO everything (id) VALUES (2)',
    ],
    sessions: {
      alice: {
        read,
        spoil: "UPDATE everything SET big = 7, text = 'spoilt', doc = '1'",
        empty: 'DELETE FROM everything',
      },
    },
  })
  const first = await scenario.permutation('alice.read')
  await scenario.permutation('alice.spoil', 'alice.empty')
  const second = await scenario.permutation('alice.read')
  expect(first.rows('alice.read')).toHaveLength(3)
  expect(second.rows('alice.read')).toEqual(first.rows('alice.read'))
})

test('AUTO_INCREMENT counts from where the set-up has left it, whatever schedules came before', async ({
  isolation,
}) => {
  const scenario = isolation({
    setup: ['CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT)', 'INSERT INTO t (v) VALUES (1), (2)'],
    sessions: {
      alice: { begin: 'BEGIN', insert: 'INSERT INTO t (v) VALUES (3)', rollback: 'ROLLBACK' },
      bob: { insert: 'INSERT INTO t (v) VALUES (4)', read: 'SELECT MAX(id) AS id FROM t' },
    },
  })
  const all = await scenario.everyInterleaving()
  // Who inserts first has 3. What was rolled back is counted too.
  expect(new Set(all.map((report) => report.rows('bob.read')[0]?.['id']))).toEqual(new Set([3, 4]))
  for (const report of all) {
    const order = report.schedule.map(({ session, step }) => `${session}.${step}`)
    const aliceFirst = order.indexOf('alice.insert') < order.indexOf('bob.insert')
    expect(report.rows('bob.read')).toEqual([{ id: aliceFirst ? 4 : 3 }])
  }
})

test('after a schema change in a step, the set-up runs again', async ({ isolation }) => {
  const scenario = isolation({
    setup: ['CREATE TABLE t (id INT PRIMARY KEY)', 'CREATE VIEW seen AS SELECT * FROM t', 'CREATE SEQUENCE numbers'],
    sessions: {
      alice: {
        add: 'ALTER TABLE t ADD COLUMN v INT',
        create: 'CREATE TABLE u (id INT)',
        drop: 'DROP VIEW seen',
        next: 'SELECT NEXTVAL(numbers) AS n',
      },
      bob: { read: 'SELECT * FROM t', tables: 'SHOW TABLES' },
    },
  })
  const changed = await scenario.permutation(
    'alice.add',
    'alice.create',
    'alice.drop',
    'alice.next',
    'bob.read',
    'bob.tables',
  )
  expect(changed.step('bob.read').fields).toEqual(['id', 'v'])
  const again = await scenario.permutation('alice.next', 'bob.read', 'bob.tables')
  expect(again.step('bob.read').fields).toEqual(['id'])
  expect(again.rows('alice.next')).toEqual([{ n: 1 }])
  expect(again.rows('bob.tables').map((row) => Object.values(row)[0])).toEqual(['numbers', 'seen', 't'])
})

test('tables that the test has made before are brought back too, and changes of their schema refused', async ({
  db,
  isolation,
}) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 0)`
  const scenario = isolation({
    sessions: {
      alice: { write: 'UPDATE t SET v = v + 1', add: 'ALTER TABLE t ADD COLUMN w INT', read: 'SELECT * FROM t' },
    },
  })
  await scenario.permutation('alice.write')
  expect((await scenario.permutation('alice.write', 'alice.read')).rows('alice.read')).toEqual([{ id: 1, v: 1 }])
  await scenario.permutation('alice.add')
  await expect(scenario.permutation('alice.read')).rejects.toMatchObject({ code: 'ISOLATION_RESTORE' })
})

test('sessions carry nothing over: no variable, no user lock, no prepared statement', async ({ isolation }) => {
  const scenario = isolation({
    sessions: {
      alice: {
        set: "SET @seen = 1, SESSION sql_mode = ''",
        lock: "SELECT GET_LOCK('l', 0) AS got",
        prepare: "PREPARE p FROM 'SELECT 1'",
        read: 'SELECT @seen AS seen, @@sql_mode AS mode',
        execute: 'EXECUTE p',
      },
      bob: { lock: "SELECT GET_LOCK('l', 0) AS got" },
    },
  })
  await scenario.permutation('alice.set', 'alice.lock', 'alice.prepare')
  const second = await scenario.permutation('alice.read', 'alice.execute', 'bob.lock')
  expect(second.rows('alice.read')).toEqual([{ seen: null, mode: expect.stringContaining('STRICT_TRANS_TABLES') }])
  expect(second.step('alice.execute').error?.errno).toBe(8111)
  expect(second.rows('bob.lock')).toEqual([{ got: 1 }])
})

test('a session whose connection was cut is another one in the next schedule', async ({ isolation }) => {
  const scenario = isolation({
    setup: ['CREATE TABLE t (id INT PRIMARY KEY, v INT)', 'INSERT INTO t VALUES (1, 0)'],
    sessions: {
      alice: { begin: 'BEGIN', write: 'UPDATE t SET v = 1', cut: 'KILL CONNECTION_ID()', commit: 'COMMIT' },
      bob: { write: 'UPDATE t SET v = v + 10' },
    },
  })
  const report = await scenario.permutation('alice.begin', 'alice.write', 'bob.write', 'alice.cut', 'alice.commit')
  expect(report.step('alice.commit').error?.symbol).toBe('CONNECT_LOST')
  expect(report.step('bob.write')).toMatchObject({ outcome: 'done', waited: { blockers: [{ name: 'alice' }] } })
  const next = await scenario.permutation('alice.begin', 'alice.write', 'alice.commit')
  expect(next.step('alice.commit').outcome).toBe('done')
})

test('two scenarios of one test may have tables of the same names', async ({ isolation }) => {
  const of = (value: number) =>
    isolation({
      setup: ['CREATE TABLE t (v INT)', `INSERT INTO t VALUES (${value})`],
      teardown: ['DROP TABLE t'],
      sessions: { alice: { read: 'SELECT v FROM t' } },
    })
  const [one, two] = [of(1), of(2)]
  const reports = await Promise.all([one, two, one].map((scenario) => scenario.permutation('alice.read')))
  expect(reports.map((report) => report.rows('alice.read'))).toEqual([[{ v: 1 }], [{ v: 2 }], [{ v: 1 }]])
})
