import { expect, test } from 'vitest'
import { anomalyNames } from '../anomaly.ts'
import { AccountTable } from '../anomalies/account-table.ts'
import { order, titleOf, transactions } from '../anomalies/anomaly-case.ts'
import { catalogue } from '../anomalies/catalogue.ts'
import { Seen } from '../anomalies/seen.ts'
import { detectAnomalies } from './detect-anomalies.ts'
import { verdictOn } from './detection.ts'
import { UnisolatedDatabase } from './testing/unisolated-database.ts'

const table = new AccountTable(1)
const cases = catalogue.map((each) => ({ title: titleOf(each), each }))

test.for(cases)('$title is judged and detected on a database without isolation', async ({ each }) => {
  const database = newDatabase()
  const timeline = database.watch(each.sessions(table), each.schedule)
  const records = timeline.observations.map(({ record }) => record)
  const end = { session: 'admin', step: 'read', outcome: 'done', rows: database.read() } as const
  const [seen] = Seen.ofEachPair({ records, afterwards: [end] }, table)
  expect(seen === undefined ? undefined : each.shows(seen)).toBeDefined()
  expect(verdictOn(await detectAnomalies(timeline, database), each.anomaly)).toMatchObject({ verdict: 'shown' })
})

test('one transaction after another shows nothing even there', async () => {
  const database = newDatabase()
  const timeline = database.watch(
    transactions({
      one: { x: 'UPDATE account SET value = 11 WHERE id = 1', y: 'SELECT id, value FROM account WHERE id = 2' },
      other: { x: 'SELECT id, value FROM account WHERE id = 1', y: 'UPDATE account SET value = 21 WHERE id = 2' },
    }),
    order('one.begin one.x one.y one.commit other.begin other.x other.y other.commit'),
  )
  const detection = await detectAnomalies(timeline, database)
  expect(detection.anomalies).toEqual([])
  expect(detection.possible).toEqual([])
})

test('what is uncommitted and seen leaves doubt about the anomalies that are not', async () => {
  const database = newDatabase()
  const timeline = database.watch(
    transactions({
      writer: { x: 'UPDATE account SET value = 101 WHERE id = 1', rollback: 'ROLLBACK' },
      reader: { x: 'SELECT id, value FROM account WHERE id = 1' },
    }),
    order('writer.begin reader.begin writer.x reader.x reader.commit writer.rollback'),
  )
  const detection = await detectAnomalies(timeline, database)
  expect(detection.anomalies).toEqual([
    {
      name: 'G1a',
      transactions: ['writer', 'reader'],
      evidence: 'reader.x met account(1) as (1, 101) of writer, which it rolled back',
    },
  ])
  const others = anomalyNames.filter((name) => name !== 'G1a')
  expect(others.map((name) => verdictOn(detection, name).verdict)).toEqual(others.map(() => 'unknown'))
})

function newDatabase(): UnisolatedDatabase {
  return new UnisolatedDatabase(
    new Map([
      [1, 10],
      [2, 20],
    ]),
  )
}
