import { order, transactions, type AnomalyCase } from './anomaly-case.ts'
import { FINALLY } from './seen.ts'

/** Bailis' PMP: a condition that is read twice in one transaction finds other rows. */
export const phantomRead: AnomalyCase = {
  anomaly: 'PMP',
  form: 'reading',
  story: 'the reader looks for value 30; the writer adds z with it and commits; the reader looks again',
  sessions: (table) =>
    transactions({
      reader: {
        early: 'SELECT id, value FROM account WHERE value = 30',
        late: 'SELECT id, value FROM account WHERE value = 30',
      },
      writer: { insert: table.insert('z', 30) },
    }),
  schedule: order('reader.begin writer.begin reader.early writer.insert writer.commit reader.late reader.commit'),
  shows(seen) {
    const different = seen.value('reader.early', 'z') !== seen.value('reader.late', 'z')
    return different ? seen.words('reader.early', 'reader.late') : undefined
  },
}

/** The same when the second look is that of a write. */
export const phantomWrite: AnomalyCase = {
  anomaly: 'PMP',
  form: 'writing',
  story:
    'the remover looks for value 20 and finds y; the shifter adds 10 to all and commits; the remover deletes value 20',
  sessions: () =>
    transactions({
      remover: {
        look: 'SELECT id, value FROM account WHERE value = 20',
        delete: 'DELETE FROM account WHERE value = 20',
      },
      shifter: { add: 'UPDATE account SET value = value + 10' },
    }),
  schedule: order('remover.begin shifter.begin remover.look shifter.add shifter.commit remover.delete remover.commit'),
  shows(seen) {
    const otherRow = seen.value('remover.look', 'y') === 20 && seen.value(FINALLY, 'x') === undefined
    return otherRow && seen.committed('remover')
      ? `${seen.words('remover.look')}, but x is what remover.delete removed: ${seen.words(FINALLY)}`
      : undefined
  },
}
