import { expect } from 'vitest'
import { test } from '../../fixtures/test.ts'

const LARGEST = 2n ** 63n - 1n

test('64-bit integers come back exactly: numbers while they are safe, bigint beyond', async ({ db }) => {
  await db.run`CREATE TABLE n (id INT PRIMARY KEY, neg BIGINT, pos BIGINT UNSIGNED)`
  const rows = [
    { id: 1, neg: -(2n ** 63n), pos: 0 },
    { id: 2, neg: LARGEST, pos: 2n ** 64n - 1n },
    { id: 3, neg: Number.MAX_SAFE_INTEGER, pos: 2n ** 53n },
    { id: 4, neg: Number.MIN_SAFE_INTEGER, pos: 7 },
    { id: 5, neg: -(2n ** 53n), pos: null },
  ]
  for (const { id, neg, pos } of rows) await db.run`INSERT INTO n VALUES (${id}, ${neg}, ${pos})`
  expect(await db.query`SELECT * FROM n ORDER BY id`).toEqual(rows)
  expect(await db.query`SELECT id FROM n WHERE pos = ${2n ** 64n - 1n}`).toEqual([{ id: 2 }])
})

test('an insert id beyond 2^53 is exact', async ({ db }) => {
  await db.run`CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT) AUTO_INCREMENT = 9007199254740995`
  expect(await db.run`INSERT INTO t (v) VALUES (1)`).toMatchObject({ affectedRows: 1, insertId: 9007199254740995n })
  expect((await db.run`UPDATE t SET v = 2`).insertId).toBe(0n)
})

test('decimals keep every digit and their scale', async ({ db }) => {
  await db.run`CREATE TABLE d (v DECIMAL(65, 30))`
  const value = '-12345678901234567890123456789012345.123456789012345678901234567890'
  await db.run`INSERT INTO d VALUES (${value})`
  expect(await db.query`SELECT v, CAST(1 AS DECIMAL(5, 2)) AS scaled FROM d`).toEqual([{ v: value, scaled: '1.00' }])
})

test('bytes, bits and JSON', async ({ db }) => {
  await db.run`CREATE TABLE b (bytes VARBINARY(16), data BLOB, bits BIT(10), doc JSON, note TEXT)`
  const bytes = Uint8Array.of(0, 39, 92, 255)
  const doc = JSON.stringify({ big: 1, text: "it's \\ 😀" })
  await db.run`INSERT INTO b VALUES (${bytes}, ${new Uint8Array()}, b'1000000001', ${doc}, ${'naïve 😀'})`
  const [row] = await db.query<{ bytes: Uint8Array; doc: string }>`SELECT * FROM b`
  expect(row).toEqual({
    bytes,
    data: new Uint8Array(),
    bits: Uint8Array.of(2, 1),
    doc: expect.any(String),
    note: 'naïve 😀',
  })
  expect(row?.bytes).not.toBeInstanceOf(Buffer)
  expect(JSON.parse(row?.doc ?? '')).toEqual(JSON.parse(doc))
  expect(await db.query`SELECT 1 AS found FROM b WHERE bytes = ${bytes}`).toEqual([{ found: 1 }])
})

test('NULL, booleans and floating point', async ({ db }) => {
  expect(await db.query`SELECT ${null} AS nothing, ${true} AS yes, ${false} AS no, ${1.5e300} AS big`).toEqual([
    { nothing: null, yes: 1, no: 0, big: 1.5e300 },
  ])
})

test('a BIGINT and a text with the same column name did not fit into one row', async ({ db }) => {
  expect(await db.query`SELECT 9007199254740993 AS id, 'abc' AS id`).toEqual([{ id: 'abc' }])
  expect(await db.query`SELECT 'abc' AS id, 9007199254740993 AS id`).toEqual([{ id: 9007199254740993n }])
})

test('values that SQL does not have are refused before anything is sent', async ({ db, statements }) => {
  const refused = (value: unknown) => () => db.query`SELECT ${value as never}`
  const code = 'SQL_VALUE'
  expect(refused(undefined)).toThrow(expect.objectContaining({ code, message: expect.stringContaining('use null') }))
  expect(refused([1])).toThrow(expect.objectContaining({ code, message: expect.stringContaining('sql.list') }))
  for (const value of [Number.NaN, Infinity, {}, () => 1, Symbol('s'), new Date(Number.NaN), new Date(8.64e15)]) {
    expect(refused(value)).toThrow(expect.objectContaining({ code }))
  }
  expect(() => db.query('SELECT 1' as never)).toThrow(expect.objectContaining({ code: 'SQL_TEMPLATE' }))
  expect(statements.entries).toEqual([])
})
