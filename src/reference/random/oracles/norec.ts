import type { Oracle } from './oracle.ts'

/**
 * Non-optimizing reference engine construction: the rows that a condition lets through are as many as those for which it
 * is true where it stands in the list of columns, which the optimizer cannot use. Source: Rigger and Su, Detecting
 * Optimization Bugs in Database Engines via Non-Optimizing Reference Engine Construction, ESEC/FSE 2020.
 */
export const norec: Oracle = ({ from, where }) => [
  {
    claim: 'the number of rows that a condition lets through, and of those for which it is true',
    left: `SELECT COUNT(*) AS n FROM ${from} WHERE ${where}`,
    right: `SELECT COALESCE(SUM(hit), 0) AS n FROM (SELECT (${where}) IS TRUE AS hit FROM ${from}) AS every_row`,
  },
]
