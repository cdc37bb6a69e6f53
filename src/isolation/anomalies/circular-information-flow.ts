import { order, transactions, type AnomalyCase } from './anomaly-case.ts'

/** Adya's G1c: each transaction reads what the other one wrote. */
export const circularInformationFlow: AnomalyCase = {
  anomaly: 'G1c',
  story: 'one writes x, the other y; one reads y, the other x; both commit',
  sessions: (table) =>
    transactions({
      one: {
        x: `UPDATE account SET value = 11 WHERE ${table.is('x')}`,
        y: `SELECT id, value FROM account WHERE ${table.is('y')}`,
      },
      other: {
        y: `UPDATE account SET value = 22 WHERE ${table.is('y')}`,
        x: `SELECT id, value FROM account WHERE ${table.is('x')}`,
      },
    }),
  schedule: order('one.begin other.begin one.x other.y one.y other.x one.commit other.commit'),
  shows(seen) {
    const circular = seen.value('one.y', 'y') === 22 && seen.value('other.x', 'x') === 11
    return circular && seen.committed('one') && seen.committed('other') ? seen.words('one.y', 'other.x') : undefined
  },
}
