import { expect, test } from 'vitest'
import type { StatementRecord, WaitRecord } from '../report/test-record.ts'
import { laneLines } from './lane-lines.ts'

const sessions = [
  { name: 'db', connectionId: 1 },
  { name: 'alice', connectionId: 2 },
  { name: 'bob', connectionId: 3 },
]
const layout = { width: 100, paint: (_: 'dim' | 'red', text: string) => text }

function lanes(statements: readonly StatementRecord[], waits: readonly WaitRecord[] = [], width = 100): string[] {
  return laneLines({ sessions, statements, waits, milliseconds: 1_000 }, { ...layout, width })
}

test('a session that waits is seen to wait while the other holds its transaction open', () => {
  const lines = lanes(
    [
      { session: 1, at: 10, milliseconds: 5, sql: 'BEGIN', inTransaction: true },
      { session: 2, at: 20, milliseconds: 500, sql: 'UPDATE', error: 'lock wait timeout' },
      { session: 1, at: 600, milliseconds: 5, sql: 'COMMIT', inTransaction: false },
    ],
    [{ session: 2, at: 25, until: 520, blockers: ['alice'], kind: 'row-lock', evidence: 'MVCC' }],
  )
  expect(lines).toEqual([
    'Sessions over 595.0 ms, not to scale (━ statement, ░ blocked, · transaction open, ✗ failed):',
    '  alice  ━·····━',
    '  bob      ━░✗',
  ])
})

test('of more statements than there is room for, the last are shown', () => {
  const many = Array.from({ length: 500 }, (_, index) => ({
    session: index % 2,
    at: index * 2,
    milliseconds: 1,
    sql: 'SELECT 1',
  }))
  const lines = lanes(many, [], 60)
  expect(lines).toHaveLength(3)
  for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(60)
  expect(lines[2]).toMatch(/━$/)
})

test('one session alone needs no lanes', () => {
  expect(lanes([{ session: 0, at: 1, milliseconds: 1, sql: 'SELECT 1' }])).toEqual([])
})

test('a statement that took no time that could be measured, and one that has not ended, are there', () => {
  const lines = lanes([
    { session: 0, at: 1, milliseconds: 0, sql: 'SELECT 1' },
    { session: 1, at: 2, sql: 'SELECT SLEEP(9)' },
  ])
  expect(lines.slice(1)).toEqual(['  db     ━', '  alice    ━'])
})
