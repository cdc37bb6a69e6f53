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

test('a fault has a lane of its own, and is told in words, beside a single session too', () => {
  const lines = laneLines(
    {
      sessions,
      statements: [
        { session: 0, at: 10, milliseconds: 10, sql: 'SELECT 1' },
        { session: 0, at: 100, milliseconds: 300, sql: 'SELECT 2', error: 'lost' },
      ],
      faults: [
        { kind: 'latency', target: 'db', at: 5, until: 25, text: 'latency({ milliseconds: 20 })' },
        { kind: 'kill', target: 'tidb-2', at: 150, until: 1_400, text: 'killed, then started again' },
      ],
      milliseconds: 2_000,
    },
    layout,
  )
  expect(lines).toEqual([
    'Sessions over 1.40 s, not to scale (━ statement, ░ blocked, · transaction open, ✗ failed, ▓ fault):',
    '  faults  ▓▓▓  ▓▓▓',
    '  db       ━  ━━✗',
    '  ▓ at 5.0 ms, for 20.0 ms, on db: latency({ milliseconds: 20 })',
    '  ▓ at 150.0 ms, for 1.25 s, on tidb-2: killed, then started again',
  ])
})

test('of a fault that began before the statements for which there is room, the rest is drawn', () => {
  const statements = Array.from({ length: 500 }, (_, index) => ({
    session: 0,
    at: index * 2,
    milliseconds: 1,
    sql: 'SELECT 1',
  }))
  const faults = [{ kind: 'stall', target: 'every connection', at: 0, until: 999, text: 'stall' }]
  const lines = laneLines({ sessions, statements, faults, milliseconds: 1_000 }, { ...layout, width: 60 })
  for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(60)
  expect(lines[1]).toMatch(/^ {2}faults {2}▓+$/)
})
