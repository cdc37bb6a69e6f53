import type { Account } from './account-table.ts'
import { order, transactions, type AnomalyCase } from './anomaly-case.ts'

const READS: readonly (readonly [string, Account])[] = [
  ['reader.x', 'x'],
  ['reader.y', 'y'],
  ['reader.y2', 'y'],
  ['reader.x2', 'x'],
]

/** Which of the writers wrote a value: 0 for neither. */
const WRITERS: ReadonlyMap<number, number> = new Map([
  [11, 1],
  [21, 1],
  [12, 2],
  [22, 2],
])

/** Bailis' OTV: a transaction whose effect was seen is not to be seen any more. */
export const observedTransactionVanishes: AnomalyCase = {
  anomaly: 'OTV',
  story: 'two writers write x and y, the second after the first; the reader reads x and y between and after them',
  sessions: (table) =>
    transactions({
      first: {
        x: `UPDATE account SET value = 11 WHERE ${table.is('x')}`,
        y: `UPDATE account SET value = 21 WHERE ${table.is('y')}`,
      },
      second: {
        x: `UPDATE account SET value = 12 WHERE ${table.is('x')}`,
        y: `UPDATE account SET value = 22 WHERE ${table.is('y')}`,
      },
      reader: Object.fromEntries(
        READS.map(([step, account]) => [
          step.slice('reader.'.length),
          `SELECT id, value FROM account WHERE ${table.is(account)}`,
        ]),
      ),
    }),
  schedule: order(
    `first.begin second.begin first.x first.y second.x first.commit
     reader.begin reader.x reader.y second.y second.commit reader.y2 reader.x2 reader.commit`,
  ),
  shows(seen) {
    const seenWriters = READS.map(([step, account]) => WRITERS.get(seen.value(step, account) ?? 0) ?? 0)
    const back = seenWriters.findIndex((writer, index) => writer < Math.max(0, ...seenWriters.slice(0, index)))
    return back === -1 ? undefined : seen.words(...READS.slice(0, back + 1).map(([step]) => step))
  },
}
