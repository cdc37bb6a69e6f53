import { order, transactions, type AnomalyCase } from './anomaly-case.ts'

/** Adya's G1a: what is read was never committed. */
export const abortedRead: AnomalyCase = {
  anomaly: 'G1a',
  story: 'the writer changes x and rolls back; the reader reads it before and after that',
  sessions: (table) =>
    transactions({
      writer: { x: `UPDATE account SET value = 101 WHERE ${table.is('x')}`, rollback: 'ROLLBACK' },
      reader: {
        early: `SELECT id, value FROM account WHERE ${table.is('x')}`,
        late: `SELECT id, value FROM account WHERE ${table.is('x')}`,
      },
    }),
  schedule: order('writer.begin reader.begin writer.x reader.early writer.rollback reader.late reader.commit'),
  shows(seen) {
    const step = ['reader.early', 'reader.late'].find((read) => seen.value(read, 'x') === 101)
    return step === undefined ? undefined : `${seen.words(step)}, which the writer rolled back`
  },
}
