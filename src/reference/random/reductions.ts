import type { Expression } from './expression.ts'
import type { RandomCase, RandomJoin, RandomQuery, RandomTable } from './random-case.ts'

/** Smaller cases than this one, those first that leave out the most. Whatever still fails is reduced further. */
export function* reductions(from: RandomCase): Generator<RandomCase> {
  const { tables, queries } = from
  if (queries.length > 1) for (const query of queries) yield { tables, queries: [query] }
  for (const fewer of without(tables, 1)) yield { tables: fewer, queries }
  for (const [number, query] of queries.entries()) {
    for (const smaller of smallerQueries(query)) yield { tables, queries: queries.with(number, smaller) }
  }
  for (const [number, table] of tables.entries()) {
    for (const smaller of smallerTables(table)) yield { tables: tables.with(number, smaller), queries }
  }
}

function* smallerQueries(query: RandomQuery): Generator<RandomQuery> {
  if (query.subquery !== undefined) yield { ...query, subquery: undefined }
  for (const joins of without(query.joins, 0)) yield { ...query, joins }
  if (query.grouped !== undefined) yield { ...query, grouped: undefined }
  if (query.distinct) yield { ...query, distinct: false }
  if (query.ordered) yield { ...query, ordered: false }
  for (const select of without(query.select, 1)) yield { ...query, select }
  for (const where of smallerExpressions(query.where)) yield { ...query, where }
  for (const [number, join] of query.joins.entries()) {
    for (const smaller of smallerJoins(join)) yield { ...query, joins: query.joins.with(number, smaller) }
  }
  for (const [number, expression] of query.select.entries()) {
    for (const smaller of smallerExpressions(expression)) yield { ...query, select: query.select.with(number, smaller) }
  }
  if (query.from > 0) yield { ...query, from: 0 }
  const { grouped, subquery } = query
  for (const fewer of without(grouped ?? [], 1)) yield { ...query, grouped: fewer }
  for (const [number, one] of (grouped ?? []).entries()) {
    for (const of of smallerExpressions(one.of))
      yield { ...query, grouped: (grouped ?? []).with(number, { ...one, of }) }
  }
  if (subquery === undefined) return
  for (const part of ['where', 'outer', 'inner'] as const) {
    for (const smaller of smallerExpressions(subquery[part]))
      yield { ...query, subquery: { ...subquery, [part]: smaller } }
  }
}

function* smallerJoins(join: RandomJoin): Generator<RandomJoin> {
  if (join.outer) yield { ...join, outer: false }
  for (const on of smallerExpressions(join.on)) yield { ...join, on }
  if (join.table > 0) yield { ...join, table: 0 }
}

/** A leaf, then an operand of the same kind, then the same with a smaller operand. */
function* smallerExpressions(expression: Expression): Generator<Expression> {
  const { kind } = expression
  if ('literal' in expression) {
    for (let literal = 0; literal < Math.min(3, expression.literal); literal++) yield { kind, literal }
    return
  }
  if ('column' in expression) {
    yield { kind, literal: 0 }
    for (let column = 0; column < Math.min(3, expression.column); column++) yield { kind, column }
    return
  }
  // A condition may fail as any of its three values; of the others there are columns.
  for (const literal of kind === 'boolean' ? [0, 1, 2] : [0]) yield { kind, literal }
  if (kind !== 'boolean') yield { kind, column: 0 }
  for (const arg of expression.args) if (arg.kind === kind) yield arg
  for (const [number, arg] of expression.args.entries()) {
    for (const smaller of smallerExpressions(arg)) yield { ...expression, args: expression.args.with(number, smaller) }
  }
}

function* smallerTables(table: RandomTable): Generator<RandomTable> {
  for (const rows of without(table.rows, 0)) yield { ...table, rows }
  for (const indexes of without(table.indexes, 0)) yield { ...table, indexes }
  if (table.primaryKey) yield { ...table, primaryKey: false }
  for (const [number] of table.columns.entries()) {
    if (table.columns.length === 1) break
    const rows = table.rows.map((row) => row.toSpliced(number, 1))
    yield { ...table, columns: table.columns.toSpliced(number, 1), rows }
  }
  for (const [number, column] of table.columns.entries()) {
    if (column.type > 0) yield { ...table, columns: table.columns.with(number, { ...column, type: 0 }) }
    if (column.notNull) yield { ...table, columns: table.columns.with(number, { ...column, notNull: false }) }
  }
  for (const [number, row] of table.rows.entries()) {
    for (const [cell, value] of row.entries()) {
      if (value > 0) yield { ...table, rows: table.rows.with(number, row.with(cell, value > 1 ? 1 : 0)) }
    }
  }
}

/** Lists with less in them: half of it gone, then one after the other. */
function* without<T>(list: readonly T[], least: number): Generator<readonly T[]> {
  const half = Math.ceil(list.length / 2)
  if (half > 1 && list.length - half >= least) {
    yield list.slice(half)
    yield list.slice(0, list.length - half)
  }
  if (list.length - 1 < least) return
  for (const [number] of list.entries()) yield list.toSpliced(number, 1)
}
