import { expect, test } from 'vitest'
import type { TestRecord } from '../report/test-record.ts'
import { filledIn, sqlScript } from './sql-script.ts'

test('values stand in the places of question marks, and not of those in texts and comments', () => {
  const sql = "SELECT '?', `a?`, ? /* ? */, ? -- ?\n"
  expect(filledIn({ sql, values: ['1', "'it''s $& \\\\'"] })).toBe(
    "SELECT '?', `a?`, 1 /* ? */, 'it''s $& \\\\' -- ?\n",
  )
  expect(filledIn({ sql: 'SELECT ?, ?', values: ['1'] })).toBe('SELECT 1, ?')
})

test('a script tells sessions apart, and what failed or is not whole', () => {
  const record = {
    seed: 7,
    sessions: [
      { name: 'alice', connectionId: 1 },
      { name: 'bob\nDROP DATABASE x', connectionId: 2 },
    ],
    statements: [
      { session: 0, at: 0, milliseconds: 1, sql: 'BEGIN;' },
      {
        session: 1,
        at: 1,
        milliseconds: 1,
        sql: 'INSERT INTO t VALUES (?)',
        values: ["'x'"],
        cut: true as const,
        error: 'no\ntable',
      },
    ],
  } as unknown as TestRecord
  expect(sqlScript('a\ntest', record, record.statements)).toBe(
    [
      '-- a test',
      '-- seed 7',
      "SET time_zone = '+00:00';",
      '',
      '-- alice',
      'BEGIN;',
      '',
      '-- bob DROP DATABASE x',
      '-- cut: too long for the report',
      '-- failed: no table',
      "INSERT INTO t VALUES ('x');",
      '',
    ].join('\n'),
  )
})
