import { order, transactions, type AnomalyCase } from './anomaly-case.ts'
import { FINALLY } from './seen.ts'

/** Adya's G0: the order of two writers is not the same on every row. */
export const dirtyWrite: AnomalyCase = {
  anomaly: 'G0',
  story: 'one writes x, the other y; then one writes y, the other x; both commit',
  sessions: (table) =>
    transactions({
      one: {
        x: `UPDATE account SET value = 11 WHERE ${table.is('x')}`,
        y: `UPDATE account SET value = 21 WHERE ${table.is('y')}`,
      },
      other: {
        y: `UPDATE account SET value = 22 WHERE ${table.is('y')}`,
        x: `UPDATE account SET value = 12 WHERE ${table.is('x')}`,
      },
    }),
  schedule: order('one.begin other.begin one.x other.y one.y other.x one.commit other.commit'),
  shows(seen) {
    const mixed = (seen.value(FINALLY, 'x') === 11) !== (seen.value(FINALLY, 'y') === 21)
    return seen.committed('one') && seen.committed('other') && mixed ? seen.words(FINALLY) : undefined
  },
}
