// #region file
import { fileURLToPath } from 'node:url'
import { expect, loadData, test } from 'vitest-tidb'

test('a file is loaded, and its cents become an amount', async ({ db }) => {
  await db.run`CREATE TABLE person (
    id INT PRIMARY KEY, email VARCHAR(40), amount DECIMAL(8, 2))`
  const { records, warnings } = await loadData(db, {
    table: 'person',
    from: fileURLToPath(new URL('./people.csv', import.meta.url)),
    ignoreLines: 1,
    columns: ['id', 'email', '@cents'],
    set: { amount: '@cents / 100' },
  })
  expect({ records, warnings }).toEqual({ records: 3, warnings: [] })
  await expect(
    db.query`SELECT email, amount FROM person WHERE id = 3`,
  ).toReturnRows([{ email: 'c, or d@example.com', amount: '0.00' }])
})
// #endregion file

// #region broken
test('a source that fails halfway leaves no row', async ({ db }) => {
  await db.run`CREATE TABLE number (n INT PRIMARY KEY)`
  async function* numbers() {
    yield '1\n2\n'
    throw new Error('the disk is gone')
  }
  await expect(loadData(db, { table: 'number', from: numbers() })).rejects.toThrow(
    'the disk is gone',
  )
  await expect(db.query`SELECT n FROM number`).toReturnNothing()
})
// #endregion broken

// #region generated
import { column, TestData } from 'vitest-tidb'

const orders = (rows: number, seed: number) =>
  new TestData({
    rows,
    seed,
    columns: {
      id: column.sequence(),
      customer: column.integer({ min: 1, max: 1_000, distribution: 'skewed' }),
      email: column.pattern('user#@example.com'),
      total: column.decimal({ min: 1, max: 500, scale: 2, nulls: 0.05 }),
      state: column.oneOf({ paid: 8, open: 2 }),
      placed: column.datetime({ from: '2024-01-01', to: '2025-01-01' }),
    },
  })

test('ten thousand orders, the same for the same seed', async ({
  db,
  settings,
}) => {
  await db.run`CREATE TABLE orders (id INT PRIMARY KEY, customer INT,
    email VARCHAR(40) UNIQUE, total DECIMAL(8, 2), state VARCHAR(4), placed DATETIME)`
  const from = orders(10_000, settings.seed)
  expect(await loadData(db, { table: 'orders', from })).toMatchObject({
    records: 10_000,
    skipped: 0,
  })
  await expect(db.query`SELECT COUNT(*) AS n FROM orders`).toReturnRows([
    { n: 10_000 },
  ])
})
// #endregion generated

// #region into
import { importInto, importSupport, watchImportJob } from 'vitest-tidb'

test('the server imports a file of its own', async ({ db, skip }) => {
  await db.run`CREATE TABLE event (id INT PRIMARY KEY, at DATETIME)`
  const support = await importSupport(db)
  skip(!support.supported, support.supported ? '' : support.reason)
  const { id } = await importInto(db, {
    table: 'event',
    from: process.env['EVENTS'] ?? 's3://my-bucket/events-*.csv',
    format: 'csv',
    with: { thread: 4, skip_rows: 1 },
  })
  const job = await watchImportJob(db, id, {
    onProgress: ({ phase, importedRows }) => console.log(phase, importedRows),
  })
  const [event] = await db.query<{ n: number }>`SELECT COUNT(*) AS n FROM event`
  expect(event?.n).toBe(job.importedRows)
})
// #endregion into

// #region refused
test('where it can not run, the error says why', async ({ db, tidb, skip }) => {
  skip(tidb.store === 'tikv', 'TiKV takes imported files')
  await expect(
    importInto(db, { table: 'event', from: '/data/events.csv', format: 'csv' }),
  ).rejects.toMatchObject({ code: 'IMPORT_UNSUPPORTED' })
})
// #endregion refused

// #region jobs
import { importJobs } from 'vitest-tidb'

test('no import is left running', async ({ db }) => {
  const running = (await importJobs(db)).filter(
    ({ status }) => status === 'running',
  )
  expect(running.map(({ id, table, phase }) => ({ id, table, phase }))).toEqual([])
})
// #endregion jobs
