import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { test } from '../../fixtures/test.ts'
import { sql } from './sql.ts'

const MODES = { 'the default mode': 'DEFAULT', NO_BACKSLASH_ESCAPES: "'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'" } as const

for (const [name, mode] of Object.entries(MODES)) {
  describe(`with ${name}`, () => {
    test('any text comes back as it was, and is never read as SQL', async ({ db }) => {
      await db.script(`SET sql_mode = ${mode}`)
      const nasty = fc.string({
        unit: fc.constantFrom("'", '"', '\\', '`', '%', '_', ';', '-', '\n', '\0', '\u001a', '😀', 'a'),
      })
      await fc.assert(
        fc.asyncProperty(nasty, async (text) => {
          expect(await db.query`SELECT ${text} AS text, ${`${text}\\`} AS ended`).toEqual([
            { text, ended: `${text}\\` },
          ])
        }),
        { numRuns: 150 },
      )
    })

    test('a text with a backslash is taken where only a literal may stand', async ({ db }) => {
      await db.script(`SET sql_mode = ${mode}`)
      await db.run`CREATE TABLE t (id INT COMMENT ${"a\\'b"})`
      const comment = db.query`SELECT column_comment AS text FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = ${'t'}`
      expect(await comment).toEqual([{ text: "a\\'b" }])
    })
  })
}

test('after an error the mode is not taken for granted', async ({ db }) => {
  await expect(db.script(`SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT * FROM nowhere`)).toFailWith('ER_NO_SUCH_TABLE')
  expect(await db.query`SELECT ${"\\'; DROP TABLE t; --"} AS text`).toEqual([{ text: "\\'; DROP TABLE t; --" }])
})

test('identifiers are escaped, with dots and with backticks', async ({ db }) => {
  const table = 'odd`name; --'
  await db.run`CREATE TABLE ${sql.id(table)} (${sql.id('a`b')} INT)`
  await db.run`INSERT INTO ${sql.id(`${db.database}.${table}`)} VALUES (1)`
  expect(await db.query`SELECT ${sql.id('a`b')} FROM ${sql.id(table)}`).toEqual([{ 'a`b': 1 }])
})

test('pieces of SQL and lists keep their values bound', async ({ db, statements }) => {
  await db.run`CREATE TABLE t (id INT, name VARCHAR(20))`
  await db.run`INSERT INTO t VALUES (1, ${"o'neill"}), (2, 'b'), (3, 'c')`
  const condition = sql`id IN (${sql.list([1, 2])}) AND name = ${"o'neill"}`
  expect(await db.query`SELECT id FROM t WHERE ${condition} ${sql.raw('LIMIT 1')}`).toEqual([{ id: 1 }])
  expect(statements.entries.at(-1)).toMatchObject({
    sql: 'SELECT id FROM t WHERE id IN (?, ?) AND name = ? LIMIT 1',
    values: [1, 2, "o'neill"],
  })
  expect(() => sql.list([])).toThrow(expect.objectContaining({ code: 'SQL_VALUE' }))
})

test('several statements give a result each', async ({ db }) => {
  const text = `CREATE TABLE t (id INT); INSERT INTO t VALUES (1), (2); SELECT ';' AS semicolon; SELECT id FROM t`
  expect(await db.script(text)).toEqual([
    expect.objectContaining({ affectedRows: 0 }),
    expect.objectContaining({ affectedRows: 2 }),
    [{ semicolon: ';' }],
    [{ id: 1 }, { id: 2 }],
  ])
  expect(await db.script('SELECT id FROM t WHERE id > 5; SELECT id FROM t WHERE id = 1')).toEqual([[], [{ id: 1 }]])
  expect(await db.run`DELETE FROM t WHERE id = 1; DELETE FROM t`).toMatchObject({ affectedRows: 2 })
})

test('warnings are those of the statement, also when others are sent at the same time', async ({ db }) => {
  await db.run`SET sql_mode = ''`
  await db.run`CREATE TABLE t (id TINYINT)`
  const [first, second, third] = await Promise.all([
    db.run`INSERT INTO t VALUES (1000)`,
    db.run`INSERT INTO t VALUES (1)`,
    db.run`DROP TABLE IF EXISTS nowhere`,
  ])
  expect(first.warnings).toEqual([{ code: 1264, message: expect.stringContaining('Out of range') }])
  expect(second.warnings).toEqual([])
  expect(third.warnings).toEqual([{ code: 1051, message: expect.stringContaining('nowhere') }])
})
