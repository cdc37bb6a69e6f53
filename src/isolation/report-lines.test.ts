import { expect, test } from 'vitest'
import type { Wait } from '../blocking/wait.ts'
import { StatementError } from '../errors/statement-error.ts'
import type { StepRecord } from './report.ts'
import { reportLines } from './report-lines.ts'

const record = (session: string, step: string, more: Partial<StepRecord> = {}): StepRecord => ({
  session,
  step,
  sql: '',
  position: 0,
  outcome: 'done',
  results: [],
  fields: [],
  ...more,
})

const waitOn = (blockers: Wait['blockers'], target?: string): Wait => ({
  kind: 'row-lock',
  on: {},
  ...(target === undefined ? {} : { target }),
  blockers,
  candidates: [{ connectionId: 9, name: 'somebody' }],
  evidence: 'MVCC',
  milliseconds: 3,
  unavailable: [],
})

test('steps are aligned, and rows stand under the names of their columns', () => {
  const rows = [
    { id: 1, name: 'ada', at: new Date(0), raw: new Uint8Array([1, 255]) },
    { id: 10n, name: null, at: null, raw: null },
  ]
  const read = record('alice', 'read', { results: [{ rows, fields: ['id', 'name', 'at', 'raw'] }] })
  const script = record('bob', 'much', {
    results: [
      { affectedRows: 0, writes: false },
      { affectedRows: 0, writes: true },
      { affectedRows: 1, writes: true },
      { rows: [], fields: ['id'] },
      { rows: [{ 名前: '東京', text: 'two\nlines' }], fields: ['名前', 'text'] },
    ],
  })
  const lines = reportLines({
    events: [
      { kind: 'ended', record: read },
      { kind: 'ended', record: script },
    ],
    afterwards: [record('afterwards', 'total', { results: [{ rows: [{ n: 2 }], fields: ['n'] }] })],
  })
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "alice.read        id | name | at                       | raw
                      1  | ada  | 1970-01-01T00:00:00.000Z | 0x01ff
                      10 | NULL | NULL                     | NULL
    bob.much          0 rows
                      1 row
                      0 rows
                      名前 | text
                      東京 | "two\\nlines"
    afterwards.total  n
                      2"
  `)
})

test('waits name their holders, errors their symbols, and what ends later is indented behind', () => {
  const deadlock = new StatementError({ errno: 1213, code: 'ER_LOCK_DEADLOCK' }, { sql: 'UPDATE', session: 'carol' })
  const blockers = [{ connectionId: 2, name: 'carol' }, { connectionId: 1, name: 'alice' }, { connectionId: 77 }]
  const waiting = record('bob', 'add', {
    waited: waitOn(blockers, 'row c(1)'),
    results: [{ rows: [{ v: 1 }, { v: 2 }], fields: ['v'] }],
  })
  const lines = reportLines({
    events: [
      { kind: 'waiting', record: waiting },
      { kind: 'waiting', record: record('dave', 'lock', { waited: waitOn([]) }) },
      { kind: 'waiting', record: record('erin', 'marked') },
      { kind: 'ended', record: record('carol', 'add', { outcome: 'failed', error: deadlock }) },
      { kind: 'completed', record: waiting },
      { kind: 'completed', record: record('erin', 'marked') },
    ],
    afterwards: [],
  })
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "bob.add      <waiting on alice, another connection, carol: row c(1)>
    dave.lock    <waiting>
    erin.marked  <waiting>
    carol.add    ER_LOCK_DEADLOCK 1213
    bob.add      <... completed>  v
                                  1
                                  2
    erin.marked  <... completed>"
  `)
})
