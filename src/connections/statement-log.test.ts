import { expect, test } from 'vitest'
import { StatementLog, type LoggedStatement } from './statement-log.ts'

function send(log: StatementLog, sql: string): LoggedStatement {
  return log.begin({ session: 'db', connectionId: 1, sql, values: [] })
}

function sent(log: StatementLog, sql: string): void {
  send(log, sql).milliseconds = 0
}

const textsOf = (entries: readonly LoggedStatement[]): readonly string[] => entries.map(({ sql }) => sql)

test('between two places is what was sent there, and what was under way at the first', () => {
  const log = new StatementLog()
  sent(log, 'before')
  const slow = send(log, 'slow')
  const from = log.mark()
  sent(log, 'one')
  slow.milliseconds = 5
  send(log, 'two')
  const to = log.mark()
  sent(log, 'after')
  expect(textsOf(log.between(from, to))).toEqual(['slow', 'one', 'two'])
  expect(textsOf(log.between(to, log.mark()))).toEqual(['two', 'after'])
  expect(textsOf(log.between(from, from))).toEqual(['slow'])
})

test('places stay right when older entries are dropped, and many statements have been sent', () => {
  const log = new StatementLog(3)
  const slow = send(log, 'slow')
  for (let n = 0; n < 200; n++) sent(log, `early ${n}`)
  const from = log.mark()
  for (let n = 0; n < 5; n++) sent(log, `late ${n}`)
  const to = log.mark()
  sent(log, 'after')
  expect(log.dropped).toBe(204)
  expect(from.underWay).toEqual([slow])
  expect(textsOf(log.between(from, to))).toEqual(['slow', 'late 3', 'late 4'])
})
