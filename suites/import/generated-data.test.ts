import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { column, expect, loadData, test, TestData, type Fault } from 'vitest-tidb'

/** How many rows the largest import has: IMPORT_ROWS=1000000 is the long way. */
const ROWS = Number(process.env['IMPORT_ROWS'] ?? 20_000)

const people = (rows: number, seed: number): TestData =>
  new TestData({
    rows,
    seed,
    columns: {
      id: column.sequence(),
      email: column.pattern('user#@example.com'),
      name: column.text({ minLength: 3, maxLength: 12, alphabet: 'aäb,"\\\t\n日🎉', nulls: 0.1 }),
      age: column.integer({ min: 18, max: 99, distribution: 'normal' }),
      balance: column.decimal({ min: -100, max: 100, scale: 2 }),
      plan: column.oneOf({ free: 8, paid: 2 }),
      joined: column.datetime({ from: '2020-01-01', to: '2024-01-01' }),
    },
  })

const digest = (data: TestData, format: 'csv' | 'tsv'): string => {
  const hash = createHash('sha256')
  for (const chunk of data.chunks(format)) hash.update(chunk)
  return hash.digest('hex')
}

test('the same seed gives the same bytes, another one others', () => {
  expect(digest(people(5_000, 7), 'csv')).toBe(digest(people(5_000, 7), 'csv'))
  expect(digest(people(5_000, 7), 'csv')).not.toBe(digest(people(5_000, 8), 'csv'))
  expect(digest(people(100, 1), 'tsv')).toMatchInlineSnapshot(
    `"82cca69862bdb36430f989b9f427318592c8a20f6e0013fa71a959223846ec4f"`,
  )
})

test.for(['csv', 'tsv'] as const)(
  'a file of %s holds what the stream gives, and loads as it does',
  async (format, { db, task, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), `vitest-tidb-data-${task.id}-`))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, `people.${format}`)
    const data = people(2_000, 5)
    await data.writeTo(path, format, { header: true })
    const streamed = (await data.stream(format).toArray()).map(String).join('')
    expect(await readFile(path, 'utf8')).toBe(`${data.columns.join(format === 'csv' ? ',' : '\t')}\n${streamed}`)
    // Over a longer one that is there.
    await people(10, 5).writeTo(path, format, { header: true })
    await db.run`
      CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), name VARCHAR(12), age INT, balance DECIMAL(8,2), plan VARCHAR(4), joined DATETIME)`
    expect(await loadData(db, { table: 'people', from: path, format, ignoreLines: 1 })).toMatchObject({ records: 10 })
    await expect(people(10, 5).writeTo(join(folder, 'no', 'such', 'folder'))).rejects.toThrow('ENOENT')
  },
)

test.for(['csv', 'tsv'] as const)(
  'what is made is what is in the table, cell by cell, by way of %s',
  async (format, { db }) => {
    await db.script(
      'CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40) UNIQUE, name VARCHAR(12), age INT, balance DECIMAL(8,2), plan VARCHAR(4), joined DATETIME)',
    )
    const data = people(1_000, 3)
    expect(await loadData(db, { table: 'people', from: data, format })).toMatchObject({ records: 1_000, warnings: [] })
    const made = [...data].map(([id, email, name]) => ({ id: Number(id), email: email ?? null, name: name ?? null }))
    await expect(db.query`SELECT id, email, name FROM people ORDER BY id`).toReturnRows(made)
    const [sums] =
      await db.query`SELECT MIN(age) >= 18 AND MAX(age) <= 99 AS ages, SUM(name IS NULL) BETWEEN 50 AND 150 AS some_null,
    SUM(plan = 'free') BETWEEN 700 AND 900 AS mostly_free, MIN(joined) >= '2020-01-01' AND MAX(joined) < '2024-01-01' AS joined FROM people`
    expect(sums).toMatchObject({ ages: 1, mostly_free: 1, joined: 1 })
    expect(Number(sums?.['some_null'])).toBe(1)
  },
)

test('a large import is whole', { timeout: 600_000 }, async ({ db }) => {
  await db.script('CREATE TABLE big (id INT PRIMARY KEY, k INT, pad CHAR(60), UNIQUE KEY (k))')
  const data = new TestData({
    rows: ROWS,
    seed: 1,
    columns: {
      id: column.sequence(),
      k: column.integer({ max: ROWS * 3, unique: true }),
      pad: column.text({ minLength: 60, maxLength: 60 }),
    },
  })
  expect(await loadData(db, { table: 'big', from: data })).toMatchObject({
    affectedRows: ROWS,
    skipped: 0,
    warnings: [],
  })
  await expect(
    db.query`SELECT COUNT(*) AS n, MIN(id) AS first, MAX(id) AS last, MIN(LENGTH(pad)) AS pad FROM big`,
  ).toReturnRows([{ n: ROWS, first: 1, last: ROWS, pad: 60 }])
})

test('a server that takes nothing holds the source back', { timeout: 90_000 }, async ({ db, faults }) => {
  await db.run`CREATE TABLE big (pad VARCHAR(10000))`
  const { loader } = await faults.sessions('loader')
  const CHUNKS = 250
  let made = 0
  function* from(): Iterable<Buffer> {
    for (; made < CHUNKS; made++) yield Buffer.alloc(100_000, `${'x'.repeat(9_999)}\n`)
  }
  let asked = false
  const nothingOfTheFile: Fault = {
    name: 'nothing of the file goes through',
    happened: 0,
    reply(request) {
      asked ||= request.sql.startsWith('LOAD DATA')
      return true
    },
    shape:
      ({ direction }) =>
      (parcel) => [asked && direction === 'requests' ? { ...parcel, due: Infinity } : parcel],
  }
  const { loading } = await faults.during(nothingOfTheFile, async () => {
    const started = loadData(loader, { table: 'big', from: from() })
    started.catch(() => undefined)
    let before = 0
    const standsStill = () => {
      const still = made > 0 && made === before
      before = made
      return still
    }
    await expect.poll(standsStill, { interval: 300, timeout: 20_000 }).toBe(true)
    expect(made).toBeLessThan(CHUNKS)
    return { loading: started }
  })
  expect(await loading).toMatchObject({ records: CHUNKS * 10 })
})

test.for([
  [
    'more unique integers than there are',
    () => new TestData({ rows: 11, seed: 1, columns: { n: column.integer({ max: 9, unique: true }) } }),
    "column 'n': there are only 10",
  ],
  [
    'a text too short to be unique',
    () => new TestData({ rows: 1_000, seed: 1, columns: { t: column.text({ maxLength: 2, unique: true }) } }),
    "column 't': 1000 different texts",
  ],
  ['bounds the wrong way round', () => column.decimal({ min: 2, max: 1 }), 'min is 2 and max is 1'],
  ['a share of NULLs above 1', () => column.text({ nulls: 2 }), 'nulls is 2'],
  ['no columns', () => new TestData({ rows: 1, seed: 1, columns: {} }), 'at least one column'],
] as const)('refused: %s', ([, make, message]) => {
  expect(make).toThrow(expect.objectContaining({ code: 'IMPORT_OPTION', message: expect.stringContaining(message) }))
})
