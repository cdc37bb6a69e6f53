import { exact, type WrittenQuery } from '../write-query.ts'
import type { Oracle } from './oracle.ts'

/**
 * Ternary logic partitioning: a condition is true, false or NULL for each row, so that the rows for which it is the one,
 * the other and the third are all rows together. Source: Rigger and Su, Finding Bugs in Database Systems via Query
 * Partitioning, OOPSLA 2020.
 */
export const tlp: Oracle = (query) => {
  const { from, select, aggregates } = query
  const plain = columns(select)
  const single = columns(select.map(({ sql, kind }) => ({ sql: exact(sql, kind) })))
  return [
    {
      claim: 'all rows, and those for which a condition is true, false and NULL',
      left: `SELECT ${plain} FROM ${from}`,
      right: parts(query, plain).join(' UNION ALL '),
    },
    {
      claim: 'all distinct rows, and those for which a condition is true, false and NULL',
      left: `SELECT DISTINCT ${single} FROM ${from}`,
      right: parts(query, single).join(' UNION '),
    },
    ...(aggregates === undefined ? [] : [aggregated(query)]),
  ]
}

function parts({ from, where }: WrittenQuery, list: string): readonly string[] {
  return [where, `NOT (${where})`, `(${where}) IS NULL`].map(
    (condition) => `SELECT ${list} FROM ${from} WHERE ${condition}`,
  )
}

/** Of the groups of the parts, those of the whole can be made. */
function aggregated(query: WrittenQuery): { claim: string; left: string; right: string } {
  const { select, from } = query
  const [{ sql, kind } = { sql: '1', kind: 'number' as const }] = select
  const value = exact(sql, kind)
  const sum = kind === 'number' ? `, SUM(${value}) AS s` : ''
  const one = `COUNT(${value}) AS n, MIN(${value}) AS least, MAX(${value}) AS most${sum}`
  const all = `SUM(n) AS n, MIN(least) AS least, MAX(most) AS most${kind === 'number' ? ', SUM(s) AS s' : ''}`
  return {
    claim: 'aggregates over all rows, and over those of the rows for which a condition is true, false and NULL',
    left: `SELECT ${one} FROM ${from}`,
    right: `SELECT ${all} FROM (${parts(query, one).join(' UNION ALL ')}) AS parts`,
  }
}

function columns(select: readonly { readonly sql: string }[]): string {
  return select.map(({ sql }, column) => `${sql} AS e${column}`).join(', ')
}
