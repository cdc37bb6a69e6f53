import { order, transactions, type AnomalyCase } from './anomaly-case.ts'

/** Adya's G1b: what is read was not the last that its transaction wrote. */
export const intermediateRead: AnomalyCase = {
  anomaly: 'G1b',
  story: 'the writer changes x twice and commits; the reader reads it in between and at the end',
  sessions: (table) =>
    transactions({
      writer: {
        draft: `UPDATE account SET value = 101 WHERE ${table.is('x')}`,
        final: `UPDATE account SET value = 11 WHERE ${table.is('x')}`,
      },
      reader: {
        early: `SELECT id, value FROM account WHERE ${table.is('x')}`,
        late: `SELECT id, value FROM account WHERE ${table.is('x')}`,
      },
    }),
  schedule: order(
    'writer.begin reader.begin writer.draft reader.early writer.final writer.commit reader.late reader.commit',
  ),
  shows(seen) {
    const step = ['reader.early', 'reader.late'].find((read) => seen.value(read, 'x') === 101)
    return step === undefined ? undefined : `${seen.words(step)}, which the writer overwrote before it committed`
  },
}
