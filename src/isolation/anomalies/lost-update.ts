import { order, transactions, type AnomalyCase } from './anomaly-case.ts'
import { FINALLY } from './seen.ts'

/** Berenson's P4: both add to what they have read, and one addition is gone. */
export const lostUpdate: AnomalyCase = {
  anomaly: 'P4',
  story: 'both read x; one writes what it read plus 1, the other what it read plus 2; both commit',
  sessions: (table) =>
    transactions({
      one: {
        read: `SELECT id, value FROM account WHERE ${table.is('x')}`,
        write: `UPDATE account SET value = 11 WHERE ${table.is('x')}`,
      },
      other: {
        read: `SELECT id, value FROM account WHERE ${table.is('x')}`,
        write: `UPDATE account SET value = 12 WHERE ${table.is('x')}`,
      },
    }),
  schedule: order('one.begin other.begin one.read other.read one.write other.write one.commit other.commit'),
  shows(seen) {
    const bothRead = seen.value('one.read', 'x') === 10 && seen.value('other.read', 'x') === 10
    return bothRead && seen.committed('one') && seen.committed('other')
      ? `${seen.words('one.read', 'other.read', FINALLY)}: one addition is lost`
      : undefined
  },
}
