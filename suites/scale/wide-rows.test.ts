import { expect, sql, test } from 'vitest-tidb'
import { failureOf } from './failing-ddl.ts'

const MEBIBYTE = 1024 * 1024

test('a row of 1,000 columns comes back as it was written', { timeout: 120_000 }, async ({ db }) => {
  const columns = Array.from({ length: 1_000 }, (_, index) => `c${index}`)
  await db.script(`CREATE TABLE wide (id INT PRIMARY KEY, ${columns.map((name) => `${name} INT`).join(', ')})`)
  const values = (id: number) => [id, ...columns.map((_, index) => id * 10_000 + index)]
  for (const id of [1, 2, 3]) await db.run`INSERT INTO wide VALUES (${sql.list(values(id))})`
  await expect(db.query`SELECT * FROM wide WHERE id = 2`).toReturnRows([
    { id: 2, ...Object.fromEntries(columns.map((name, index) => [name, 20_000 + index])) },
  ])
  await expect(db.query`SELECT SUM(c0) AS first, SUM(c999) AS last FROM wide`).toReturnRows([
    { first: '60000', last: '62997' },
  ])
})

// TiDB takes at most 4,096 columns, however it is configured. Source: docs.pingcap.com, "TiDB Limitations".
test('a table of more columns than TiDB allows is refused', async ({ db }) => {
  const columns = Array.from({ length: 4_097 }, (_, index) => `c${index} INT`)
  const failure = await failureOf(db, `CREATE TABLE wide (${columns.join(', ')})`)
  expect(failure).toFailWith('ER_TOO_MANY_FIELDS')
  await expect(db).not.toHaveTable('wide')
})

test('a row of 5 MiB comes back byte for byte', { timeout: 120_000 }, async ({ db }) => {
  await db.run`CREATE TABLE file (id INT PRIMARY KEY, content LONGBLOB)`
  const content = new Uint8Array(5 * MEBIBYTE)
  for (let index = 0; index < content.length; index++) content[index] = (index * 31 + (index >> 8)) & 0xff
  await db.run`INSERT INTO file VALUES (1, ${content})`
  const [row] = await db.query<{ content: Uint8Array }>`SELECT content FROM file WHERE id = 1`
  expect(Buffer.compare(row!.content, content)).toBe(0)
  await expect(db.query`SELECT LENGTH(content) AS bytes FROM file`).toReturnRows([{ bytes: 5 * MEBIBYTE }])
})

test(
  'a row beyond the limit of an entry is refused, and the rows beside it stay',
  { timeout: 120_000 },
  async ({ db }) => {
    await db.run`CREATE TABLE file (id INT PRIMARY KEY, content LONGTEXT)`
    await db.run`SET SESSION tidb_txn_entry_size_limit = ${2 * MEBIBYTE}`
    await db.run`BEGIN`
    await db.run`INSERT INTO file VALUES (1, REPEAT('x', ${MEBIBYTE}))`
    await expect(db.run`INSERT INTO file VALUES (2, REPEAT('x', ${3 * MEBIBYTE}))`).toFailWith({
      name: 'ER_ENTRY_TOO_LARGE',
      errno: 8025,
    })
    await db.run`COMMIT`
    await expect(db.query`SELECT id, LENGTH(content) AS bytes FROM file`).toReturnRows([{ id: 1, bytes: MEBIBYTE }])
  },
)

test('an index key of 3,072 bytes is the longest', async ({ db }) => {
  await db.run`CREATE TABLE page (id INT PRIMARY KEY, path VARBINARY(3072), KEY by_path (path))`
  const path = 'p'.repeat(3_072)
  await db.run`INSERT INTO page VALUES (1, ${path}), (2, ${path.slice(1)})`
  await expect(db.query`SELECT id FROM page USE INDEX (by_path) WHERE path = ${path}`).toReturnRows([{ id: 1 }])
  const failure = await failureOf(db, 'CREATE TABLE longer (path VARBINARY(3073), KEY by_path (path))')
  expect(failure).toFailWith('ER_TOO_LONG_KEY')
  await expect(db).not.toHaveTable('longer')
  await expect(db).toPassAdminCheck('page')
})
