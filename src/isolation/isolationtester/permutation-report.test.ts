import { expect, test } from 'vitest'
import { StatementError } from '../../errors/statement-error.ts'
import type { StepRecord } from '../report.ts'
import { PermutationReport } from './permutation-report.ts'

const record = (step: string, rest: Partial<StepRecord> = {}): StepRecord => ({
  session: 's1',
  step,
  sql: 'COMMIT',
  position: 0,
  outcome: 'done',
  results: [],
  fields: [],
  ...rest,
})

const failed = (errno: number, sqlMessage: string): StatementError =>
  new StatementError({ errno, sqlMessage }, { sql: 'COMMIT', session: 's1' })

test('steps are told as isolationtester tells them, errors without what is of one run only', () => {
  const two = [
    { affectedRows: 1, writes: true },
    { rows: [{ v: 1 }], fields: ['v'] },
    { rows: [{ w: 'a' }], fields: ['w'] },
  ]
  const read = record('read', { sql: '\n  SELECT v FROM t;\n  SELECT w FROM t\n', results: two })
  const none = record('none', { sql: 'SELECT v FROM u', results: [{ rows: [], fields: ['v'] }] })
  const conflict = record('end', { outcome: 'failed', error: failed(9007, 'Write conflict, txnStartTS=4627') })
  const gone = record('gone', {
    outcome: 'failed',
    error: new StatementError(Object.assign(new Error('cut'), { code: 'PROTOCOL_CONNECTION_LOST' }), {
      sql: 'COMMIT',
      session: 's1',
    }),
  })
  const events = [
    { kind: 'waiting', record: read },
    { kind: 'ended', record: conflict },
    { kind: 'completed', record: read },
    { kind: 'ended', record: none },
    { kind: 'ended', record: gone },
  ] as const
  expect(`\n${String(new PermutationReport({ events }))}\n`).toMatchInlineSnapshot(`
    "
    step read: SELECT v FROM t;
      SELECT w FROM t <waiting ...>
    step end: COMMIT
    ERROR:  ER_WRITE_CONFLICT (9007)
    step read: <... completed>
    v
    -
    1
    (1 row)

    w
    -
    a
    (1 row)

    step none: SELECT v FROM u
    v
    -
    (0 rows)

    step gone: COMMIT
    ERROR:  CONNECT_LOST
    "
  `)
})
