import { selectOf, type WrittenQuery } from '../write-query.ts'
import type { Oracle } from './oracle.ts'

/**
 * Differential plans: whatever way TiDB is told to take, a query returns the same rows. Source:
 * https://docs.pingcap.com/tidb/stable/optimizer-hints
 */
export const plans: Oracle = (query) =>
  hintsFor(query).map((hints) => ({
    claim: `a query, and the same with ${hints}`,
    left: selectOf(query),
    right: selectOf(query, hints),
  }))

export function hintsFor({ visible, aggregates, distinct }: WrittenQuery): readonly string[] {
  const aliases = visible.map(({ alias }) => alias)
  const all = aliases.join(', ')
  const joins =
    aliases.length < 2
      ? []
      : [
          `HASH_JOIN(${all})`,
          `MERGE_JOIN(${all})`,
          `INL_JOIN(${aliases.at(-1)})`,
          `INL_HASH_JOIN(${aliases[0]})`,
          `LEADING(${aliases.toReversed().join(', ')})`,
        ]
  const indexes = visible.flatMap(({ alias, table }) => [
    ...table.indexes.map((index) => `USE_INDEX(${alias}, ${index})`),
    ...(table.indexes.length > 0
      ? [`IGNORE_INDEX(${alias}, ${table.indexes.join(', ')})`, `USE_INDEX_MERGE(${alias})`]
      : []),
  ])
  const grouping = aggregates !== undefined || distinct ? ['HASH_AGG()', 'STREAM_AGG()', 'AGG_TO_COP()'] : []
  return [...joins, ...indexes, ...grouping, 'SET_VAR(tidb_enable_vectorized_expression=OFF)']
}
