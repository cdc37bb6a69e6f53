import { order, transactions, type AnomalyCase } from './anomaly-case.ts'
import { FINALLY } from './seen.ts'

/** Adya's G2-item: each reads both accounts and changes the one that the other does not. */
export const writeSkew: AnomalyCase = {
  anomaly: 'G2-item',
  story: 'both read x and y; one writes x, the other y; both commit',
  sessions: (table) =>
    transactions({
      one: {
        read: `SELECT id, value FROM account WHERE ${table.is('x')} OR ${table.is('y')}`,
        x: `UPDATE account SET value = 11 WHERE ${table.is('x')}`,
      },
      other: {
        read: `SELECT id, value FROM account WHERE ${table.is('x')} OR ${table.is('y')}`,
        y: `UPDATE account SET value = 21 WHERE ${table.is('y')}`,
      },
    }),
  schedule: order('one.begin other.begin one.read other.read one.x other.y one.commit other.commit'),
  shows(seen) {
    const skewed = seen.value('one.read', 'y') === 20 && seen.value('other.read', 'x') === 10
    return skewed && seen.committed('one') && seen.committed('other')
      ? seen.words('one.read', 'other.read', FINALLY)
      : undefined
  },
}

/** Adya's G2: neither finds a row of a condition, and each adds one. */
export const predicateWriteSkew: AnomalyCase = {
  anomaly: 'G2',
  form: 'by condition',
  story: 'both look for what 3 divides and find nothing; one adds 30, the other 42; both commit',
  sessions: (table) =>
    transactions({
      one: {
        look: 'SELECT id, value FROM account WHERE value % 3 = 0',
        insert: table.insert('z', 30),
      },
      other: {
        look: 'SELECT id, value FROM account WHERE value % 3 = 0',
        insert: table.insert('w', 42),
      },
    }),
  schedule: order('one.begin other.begin one.look other.look one.insert other.insert one.commit other.commit'),
  shows(seen) {
    const skewed = seen.value('one.look', 'w') === undefined && seen.value('other.look', 'z') === undefined
    return skewed && seen.committed('one') && seen.committed('other')
      ? seen.words('one.look', 'other.look', FINALLY)
      : undefined
  },
}

/** Fekete's read-only transaction (2004): without the auditor the two writers would be as if one after another. */
export const readOnlySkew: AnomalyCase = {
  anomaly: 'G2',
  form: 'with a reader',
  story: 'the payer reads x and y; the saver adds 5 to y and commits; the auditor reads both; the payer empties x',
  sessions: (table) =>
    transactions({
      payer: {
        read: `SELECT id, value FROM account WHERE ${table.is('x')} OR ${table.is('y')}`,
        pay: `UPDATE account SET value = 0 WHERE ${table.is('x')}`,
      },
      saver: { save: `UPDATE account SET value = value + 5 WHERE ${table.is('y')}` },
      auditor: { read: `SELECT id, value FROM account WHERE ${table.is('x')} OR ${table.is('y')}` },
    }),
  schedule: order(
    `payer.begin payer.read saver.begin saver.save saver.commit
     auditor.begin auditor.read auditor.commit payer.pay payer.commit`,
  ),
  shows(seen) {
    const payerFirst = seen.value('payer.read', 'y') === 20
    const auditorBetween = seen.value('auditor.read', 'x') === 10 && seen.value('auditor.read', 'y') === 25
    return payerFirst && auditorBetween && seen.committed('payer') && seen.committed('saver')
      ? seen.words('payer.read', 'auditor.read', FINALLY)
      : undefined
  },
}
