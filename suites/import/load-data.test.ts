import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { column, expect, loadData, test as base, TestData } from 'vitest-tidb'

/** `file` writes a file that is gone after the test. */
const test = base.extend('file', async ({ task }, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), `vitest-tidb-import-${task.id}-`))
  onCleanup(() => rm(folder, { recursive: true }))
  return async (name: string, bytes: string | Buffer): Promise<string> => {
    await writeFile(join(folder, name), bytes)
    return join(folder, name)
  }
})

const ORDERS = 'CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(40), amount DECIMAL(8,2), ordered DATE)'

test('a CSV file becomes rows: quotes, commas and line ends in values, NULL, and characters of all kinds', async ({
  db,
  file,
}) => {
  await db.script(ORDERS)
  const path = await file(
    'orders.csv',
    'id,customer,amount,ordered\n1,"Ångström, ""A""",12.50,2024-02-29\n2,\\N,0.01,\\N\n3,"two\nlines",7,2024-01-01\n4,日本🎉,1,2024-01-02\n',
  )
  expect(await loadData(db, { table: 'orders', from: path, ignoreLines: 1 })).toEqual({
    affectedRows: 4,
    records: 4,
    deleted: 0,
    skipped: 0,
    warnings: [],
  })
  await expect(db.query`SELECT * FROM orders ORDER BY id`).toReturnRows([
    { id: 1, customer: 'Ångström, "A"', amount: '12.50', ordered: '2024-02-29' },
    { id: 2, customer: null, amount: '0.01', ordered: null },
    { id: 3, customer: 'two\nlines', amount: '7.00', ordered: '2024-01-01' },
    { id: 4, customer: '日本🎉', amount: '1.00', ordered: '2024-01-02' },
  ])
})

test('a TSV file, and one with separators of its own', async ({ db, file }) => {
  await db.script(ORDERS)
  const tsv = await file('orders.tsv', '1\ta\\tb\t1\t2024-01-01\n2\t\\N\t2\t\\N\n')
  await loadData(db, { table: 'orders', from: tsv, format: 'tsv' })
  const pipes = await file('orders.txt', '3|c|3|2024-01-03;4|d|4|2024-01-04;')
  await loadData(db, {
    table: 'orders',
    from: pipes,
    format: { like: 'tsv', fieldsTerminatedBy: '|', linesTerminatedBy: ';' },
  })
  await expect(db.query`SELECT id, customer FROM orders ORDER BY id`).toReturnRows([
    { id: 1, customer: 'a\tb' },
    { id: 2, customer: null },
    { id: 3, customer: 'c' },
    { id: 4, customer: 'd' },
  ])
})

test('a stream is loaded as it comes, in whatever pieces', async ({ db }) => {
  await db.script(ORDERS)
  const bytes = Buffer.from('1,Ü,1,2024-01-01\n2,ß,2,2024-01-02\n')
  const from = Readable.from([...bytes].map((byte) => Buffer.from([byte])))
  expect(await loadData(db, { table: 'orders', from })).toMatchObject({ records: 2, affectedRows: 2 })
  await expect(db.query`SELECT customer FROM orders ORDER BY id`).toReturnRows([{ customer: 'Ü' }, { customer: 'ß' }])
})

test.for([
  ['latin1', Buffer.from('1,caf\xe9,1,\\N\n', 'latin1'), 'café'],
  ['gbk', Buffer.from([0x31, 0x2c, 0xc4, 0xe3, 0xba, 0xc3, 0x2c, 0x31, 0x2c, 0x5c, 0x4e, 0x0a]), '你好'],
  ['utf8mb4', Buffer.from('1,🎉,1,\\N\n'), '🎉'],
] as const)(
  'a file in %s holds the characters that it should',
  async ([characterSet, bytes, customer], { db, file }) => {
    await db.script(ORDERS)
    await loadData(db, { table: 'orders', from: await file('orders.csv', bytes), characterSet })
    await expect(db.query`SELECT customer FROM orders`).toReturnRows([{ customer }])
  },
)

test.for([
  ['ignore', 'old', { skipped: 1, deleted: 0 }],
  ['replace', 'new', { skipped: 0, deleted: 1 }],
] as const)('a row whose key is there: %s keeps the %s one', async ([duplicates, customer, counts], { db }) => {
  await db.script(`${ORDERS}; INSERT INTO orders VALUES (1, 'old', 1, NULL)`)
  const loaded = await loadData(db, { table: 'orders', from: ['1,new,2,\\N\n2,other,3,\\N\n'], duplicates })
  expect(loaded.records).toBe(2)
  if (duplicates === 'ignore') expect(loaded).toMatchObject(counts)
  await expect(db.query`SELECT id, customer FROM orders ORDER BY id`).toReturnRows([
    { id: 1, customer },
    { id: 2, customer: 'other' },
  ])
})

test('bad rows are told: too long, no number, too few fields, too many', async ({ db }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(5))`
  const from = ['1,fine\n2,much too long\nx,no number\n4\n5,more,fields\n']
  const { records, warnings } = await loadData(db, { table: 't', from, format: 'csv' })
  expect(records).toBe(5)
  expect(warnings.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([1261, 1262, 1265, 1265, 1292])
  await expect(db.query`SELECT * FROM t ORDER BY id`).toReturnRows([
    { id: 0, name: 'no nu' },
    { id: 1, name: 'fine' },
    { id: 2, name: 'much ' },
    { id: 4, name: null },
    { id: 5, name: 'more' },
  ])
})

test('generated columns are computed, and columns may be computed from what is read', async ({ db }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, cents INT, euros DECIMAL(8,2) AS (cents / 100) STORED, name VARCHAR(9))`
  const options = { table: 't', columns: ['id', '@raw', 'cents'], set: { name: 'UPPER(@raw)' } }
  await loadData(db, { ...options, from: ['1,anna,1250\n2,bob,99\n'] })
  await expect(db.query`SELECT * FROM t ORDER BY id`).toReturnRows([
    { id: 1, cents: 1250, euros: '12.50', name: 'ANNA' },
    { id: 2, cents: 99, euros: '0.99', name: 'BOB' },
  ])
})

test('rows of a partitioned table land in their partitions', async ({ db }) => {
  await db.script(
    'CREATE TABLE p (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (50), PARTITION high VALUES LESS THAN (100))',
  )
  const data = new TestData({ rows: 100, seed: 1, columns: { id: column.integer({ max: 99, unique: true }) } })
  await loadData(db, { table: 'p', from: data })
  await expect(db.query`SELECT COUNT(*) AS n, MAX(id) AS last FROM p PARTITION (low)`).toReturnRows([
    { n: 50, last: 49 },
  ])
  await expect(db.query`SELECT COUNT(*) AS n, MIN(id) AS first FROM p PARTITION (high)`).toReturnRows([
    { n: 50, first: 50 },
  ])
  await expect(db).toPassAdminCheck('p')
})

test('a source that fails halfway leaves no row, and its error is told', async ({ db }) => {
  await db.script(ORDERS)
  async function* from(): AsyncIterable<string> {
    yield '1,a,1,\\N\n'
    throw new Error('the disk is gone')
  }
  await expect(loadData(db, { table: 'orders', from: from() })).rejects.toThrow('the disk is gone')
  await expect(db.query`SELECT * FROM orders`).toReturnNothing()
})

test('a file that is not there is named, and nothing is sent', async ({ db, statements }) => {
  await expect(loadData(db, { table: 'orders', from: '/nowhere/orders.csv' })).rejects.toMatchObject({
    name: 'ImportError',
    code: 'IMPORT_FILE',
    message: expect.stringContaining('/nowhere/orders.csv'),
  })
  expect(statements.entries).toEqual([])
})

test('a server that asks for another file than the one that is imported gets none', async ({ db, faults }) => {
  await db.script(ORDERS)
  const { teller } = await faults.sessions('teller')
  const rename = {
    name: 'asks for another file',
    get happened() {
      return 1
    },
    shape: () => (parcel: { bytes: Buffer; due: number }) => {
      const at = parcel.bytes.indexOf('vitest-tidb-')
      if (at > 0 && parcel.bytes[at - 1] === 0xfb) parcel.bytes.write('/etc/passwd\0', at)
      return [parcel]
    },
  }
  await faults.during(rename, () =>
    expect(loadData(teller, { table: 'orders', from: ['1,a,1,\\N\n'] })).rejects.toMatchObject({
      code: 'IMPORT_FILE_REFUSED',
      message: expect.stringContaining('/etc/passwd'),
    }),
  )
  await expect(db.query`SELECT * FROM orders`).toReturnNothing()
})

test('a statement that was not sent for it never gives a file away', async ({ db }) => {
  await db.script(ORDERS)
  await expect(db.run`LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders`).rejects.toThrow('/etc/passwd')
  await expect(db.query`SELECT * FROM orders`).toReturnNothing()
})
