import { expect, test } from 'vitest'
import type { TestRecord } from '../report/test-record.ts'
import { lanesOf, momentsOf } from './lane-model.ts'

const record = {
  milliseconds: 100,
  sessions: [{ name: 'alice', connectionId: 1 }],
  statements: [],
} as unknown as TestRecord

test('transactions begin and end as the server says, and a deadlock ends one', () => {
  const statements = [
    { session: 0, at: 1, milliseconds: 1, sql: 'BEGIN', inTransaction: true },
    { session: 0, at: 3, milliseconds: 1, sql: 'SELECT 1', inTransaction: true },
    { session: 0, at: 5, milliseconds: 1, sql: 'ROLLBACK', inTransaction: false },
    { session: 0, at: 10, milliseconds: 1, sql: 'BEGIN', inTransaction: true },
    { session: 0, at: 12, milliseconds: 1, sql: 'UPDATE t', error: 'Deadlock found (ER_LOCK_DEADLOCK, 1213)' },
    { session: 0, at: 20, milliseconds: 1, sql: 'BEGIN', inTransaction: true },
    { session: 0, at: 30, milliseconds: 1, sql: 'BEGIN', inTransaction: true },
  ]
  const [lane] = lanesOf({ ...record, statements })
  expect(lane?.transactions).toEqual([
    { from: 1, to: 6, end: 'rollback' },
    { from: 10, to: 13, end: 'rollback' },
    { from: 20, to: 30, end: 'commit' },
    { from: 30, to: 100, end: 'open' },
  ])
})

test('those who met at a barrier go on at one moment; whoever has no session has a lane too', () => {
  const lanes = lanesOf({
    ...record,
    events: [
      { lane: 'alice', at: 1, until: 5, kind: 'barrier', text: "the barrier 'start'" },
      { lane: 'the test', at: 4.9, until: 5.2, kind: 'barrier', text: "the barrier 'start'" },
      { lane: 'alice', at: 8, until: 9, kind: 'barrier', text: "the barrier 'start'" },
    ],
  })
  expect(lanes.map(({ label, events }) => [label, events.map(({ until }) => until)])).toEqual([
    ['alice', [5.2, 9]],
    ['the test', [5.2]],
  ])
  expect(momentsOf(lanes, 100)).toEqual([0, 1, 4.9, 5.2, 8, 9, 100])
})

test('a machine on a clock of its own has no lane', () => {
  const visits = (at: number) => [{ state: 'initial', at, milliseconds: 1 }]
  const machines = [
    { name: 'here', state: 'completed', visits: visits(3) },
    { name: 'simulated', state: 'completed', visits: visits(-1e12) },
  ]
  expect(lanesOf({ ...record, machines }).map(({ label }) => label)).toEqual(['alice', 'here'])
})

test('faults at the same time have lanes of their own, and one after the other share one', () => {
  const faults = [
    { kind: 'kill', target: 'tidb-2', at: 10, until: 60, text: 'killed, then started again' },
    { kind: 'latency', target: 'teller', at: 20, until: 30 },
    { kind: 'cut', target: 'teller', at: 30 },
  ]
  expect(
    lanesOf({ ...record, faults }).map(({ label, bars }) => [label, ...bars.map(({ text, detail }) => [text, detail])]),
  ).toEqual([
    ['faults', ['kill', 'kill on tidb-2: killed, then started again']],
    ['faults 2', ['latency', 'latency on teller'], ['cut', 'cut on teller']],
    ['alice'],
  ])
})
