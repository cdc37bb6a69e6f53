import { order, transactions, type AnomalyCase } from './anomaly-case.ts'
import { FINALLY } from './seen.ts'

/** Adya's G-single: of one transaction, the reader sees a part and misses a part. */
export const readSkew: AnomalyCase = {
  anomaly: 'G-single',
  form: 'reading',
  story: 'the reader reads x; the writer changes x and y and commits; the reader reads y',
  sessions: (table) =>
    transactions({
      reader: {
        x: `SELECT id, value FROM account WHERE ${table.is('x')}`,
        y: `SELECT id, value FROM account WHERE ${table.is('y')}`,
      },
      writer: {
        x: `UPDATE account SET value = 12 WHERE ${table.is('x')}`,
        y: `UPDATE account SET value = 18 WHERE ${table.is('y')}`,
      },
    }),
  schedule: order('reader.begin writer.begin reader.x writer.x writer.y writer.commit reader.y reader.commit'),
  shows(seen) {
    const skewed = seen.value('reader.x', 'x') === 10 && seen.value('reader.y', 'y') === 18
    return skewed ? seen.words('reader.x', 'reader.y') : undefined
  },
}

/** The same when the reader reads by conditions on the values. */
export const predicateReadSkew: AnomalyCase = {
  anomaly: 'G-single',
  form: 'reading by condition',
  story: 'the reader reads what 5 divides; the writer makes 10 to 12 and commits; the reader reads what 3 divides',
  sessions: () =>
    transactions({
      reader: {
        fives: 'SELECT id, value FROM account WHERE value % 5 = 0',
        threes: 'SELECT id, value FROM account WHERE value % 3 = 0',
      },
      writer: { change: 'UPDATE account SET value = 12 WHERE value = 10' },
    }),
  schedule: order('reader.begin writer.begin reader.fives writer.change writer.commit reader.threes reader.commit'),
  shows(seen) {
    const skewed = seen.value('reader.fives', 'x') === 10 && seen.value('reader.threes', 'x') === 12
    return skewed ? seen.words('reader.fives', 'reader.threes') : undefined
  },
}

/** The same when the second half of the reader is a write. */
export const writeReadSkew: AnomalyCase = {
  anomaly: 'G-single',
  form: 'writing',
  story: 'the remover reads x; the writer changes x and y, which was 20, and commits; the remover deletes value 20',
  sessions: (table) =>
    transactions({
      remover: {
        x: `SELECT id, value FROM account WHERE ${table.is('x')}`,
        delete: 'DELETE FROM account WHERE value = 20',
      },
      writer: {
        x: `UPDATE account SET value = 12 WHERE ${table.is('x')}`,
        y: `UPDATE account SET value = 18 WHERE ${table.is('y')}`,
      },
    }),
  schedule: order('remover.begin writer.begin remover.x writer.x writer.y writer.commit remover.delete remover.commit'),
  shows(seen) {
    const skewed = seen.value('remover.x', 'x') === 10 && seen.value(FINALLY, 'y') === 18
    return skewed && seen.committed('remover')
      ? `${seen.words('remover.x')}, but remover.delete met y = 18: ${seen.words(FINALLY)}`
      : undefined
  },
}
