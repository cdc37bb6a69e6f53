import { expect, test } from 'vitest-tidb'

const table = { setup: ['CREATE TABLE t (id INT PRIMARY KEY, v INT)', 'INSERT INTO t VALUES (1, 0)'] }

test('a schema change waits for the transaction that has read the table, and everybody else goes on', async ({
  isolation,
}) => {
  const scenario = isolation({
    ...table,
    sessions: {
      reader: { begin: 'BEGIN', read: 'SELECT * FROM t', commit: 'COMMIT', reread: 'SELECT * FROM t' },
      builder: { add: 'ALTER TABLE t ADD COLUMN w INT' },
      writer: { write: 'UPDATE t SET v = v + 1' },
    },
  })
  expect(
    await scenario.permutation(
      'reader.begin',
      'reader.read',
      'builder.add',
      'writer.write',
      'reader.commit',
      'reader.reread',
    ),
  ).toMatchInlineSnapshot(`
    reader.begin
    reader.read    id | v
                   1  | 0
    builder.add    <waiting on reader: metadata of t>
    writer.write   1 row
    reader.commit
    builder.add    <... completed>
    reader.reread  id | v | w
                   1  | 1 | NULL
  `)
})

test('a transaction never sees half of a schema change, whatever the order', async ({ isolation }) => {
  const scenario = isolation({
    ...table,
    sessions: {
      reader: { begin: 'BEGIN', read: 'SELECT * FROM t', reread: 'SELECT * FROM t', commit: 'COMMIT' },
      builder: { add: 'ALTER TABLE t ADD COLUMN w INT' },
    },
  })
  const all = await scenario.everyInterleaving((report) => {
    expect(report.step('reader.reread').fields).toEqual(report.step('reader.read').fields)
  })
  expect(all.counts).toMatchObject({ total: 5n, run: 5, blocked: 0n })
})

test('rows without a key of their own keep their places', async ({ isolation }) => {
  const scenario = isolation({
    setup: ['CREATE TABLE log (line TEXT)', "INSERT INTO log VALUES ('one'), ('two')"],
    sessions: {
      alice: { begin: 'BEGIN', write: "UPDATE log SET line = 'three' WHERE line = 'one'", commit: 'COMMIT' },
      bob: { write: "DELETE FROM log WHERE line = 'one'", read: 'SELECT _tidb_rowid, line FROM log' },
    },
  })
  const [first, second] = [await scenario.permutation('bob.read'), await scenario.permutation('bob.write', 'bob.read')]
  expect(first.rows('bob.read')).toHaveLength(2)
  expect(second.rows('bob.read')).toEqual(first.rows('bob.read').slice(1))
  expect((await scenario.permutation('bob.read')).rows('bob.read')).toEqual(first.rows('bob.read'))
})
