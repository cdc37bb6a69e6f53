import { filled, SUBQUERIES, type Expression, type Kind } from './expression.ts'
import type { RandomQuery, RandomSubquery } from './random-case.ts'
import { literals, type WrittenTable } from './write-schema.ts'

/** A table by the name that a query gives it. */
interface Visible {
  readonly alias: string
  readonly table: WrittenTable
}

/** The parts of a query, as SQL: oracles put them together in different ways. */
export interface WrittenQuery {
  readonly from: string
  readonly where: string
  /** Expressions, with the kind of their values. */
  readonly select: readonly { readonly sql: string; readonly kind: Kind }[]
  readonly distinct: boolean
  readonly aggregates: readonly { readonly sql: string; readonly kind: Kind }[] | undefined
  readonly ordered: boolean
  readonly visible: readonly Visible[]
}

/** Functions over a group, with what their operand and their value are; the latter the operand's where it is not given. */
const AGGREGATES: readonly { readonly sql: string; readonly kind?: Kind }[] = [
  { sql: 'COUNT(?)', kind: 'number' },
  { sql: 'MIN(?)' },
  { sql: 'MAX(?)' },
  { sql: 'COUNT(DISTINCT ?)', kind: 'number' },
  { sql: 'SUM(?)' },
  { sql: 'AVG(?)' },
]
/** Of what is no number there is no sum. */
const FOR_ALL_KINDS = 4
export const AGGREGATE_COUNT = AGGREGATES.length

const at = <T>(list: readonly T[], choice: number): T => list[choice % list.length] as T

export function writeQuery(query: RandomQuery, tables: readonly WrittenTable[]): WrittenQuery {
  const first: Visible = { alias: 'a0', table: at(tables, query.from) }
  const visible = [first]
  const joins = query.joins.map(({ outer, table, on }, number) => {
    const joined = { alias: `a${number + 1}`, table: at(tables, table) }
    visible.push(joined)
    const word = outer ? 'LEFT JOIN' : 'JOIN'
    return ` ${word} ${joined.table.name} AS ${joined.alias} ON ${write(on, visible)}`
  })
  const where = write(query.where, visible)
  return {
    from: `${first.table.name} AS a0${joins.join('')}`,
    where: query.subquery === undefined ? where : joined(where, writeSubquery(query.subquery, tables, visible)),
    select: query.select.map((expression) => ({ sql: write(expression, visible), kind: expression.kind })),
    distinct: query.distinct,
    aggregates: query.grouped?.map(({ aggregate, of }) => aggregateOf(aggregate, of, visible)),
    ordered: query.ordered,
    visible,
  }
}

/** The whole query, as people would write it; `hints` behind SELECT. */
export function selectOf(query: WrittenQuery, hints = ''): string {
  const { from, where, select, distinct, aggregates, ordered } = query
  const words = hints === '' ? 'SELECT' : `SELECT /*+ ${hints} */`
  const merging = distinct || aggregates !== undefined
  const columns = select.map(({ sql, kind }, column) => `${merging ? exact(sql, kind) : sql} AS e${column}`)
  const groups = (aggregates ?? []).map(({ sql }, column) => `${sql} AS g${column}`)
  const places = select.map((_, column) => column + 1).join(', ')
  const grouping = aggregates === undefined || places === '' ? '' : ` GROUP BY ${places}`
  const order = ordered && places !== '' ? ` ORDER BY ${places}` : ''
  const list = [...columns, ...groups].join(', ')
  return `${words}${distinct && aggregates === undefined ? ' DISTINCT' : ''} ${list} FROM ${from} WHERE ${where}${grouping}${order}`
}

/** Where equal values become one, which of several texts that are equal by their collation is left is anybody's guess. */
export function exact(sql: string, kind: Kind): string {
  return kind === 'text' ? `HEX(LOWER(RTRIM(${sql})))` : sql
}

function joined(where: string, subquery: string): string {
  return where === literals.boolean[0] ? subquery : `(${where} AND ${subquery})`
}

function aggregateOf(choice: number, of: Expression, visible: readonly Visible[]): { sql: string; kind: Kind } {
  const { sql, kind = of.kind } =
    of.kind === 'number' ? at(AGGREGATES, choice) : at(AGGREGATES.slice(0, FOR_ALL_KINDS), choice)
  return { sql: sql.replace('?', () => exact(write(of, visible), of.kind)), kind }
}

function writeSubquery(
  { form, table, outer, inner, where }: RandomSubquery,
  tables: readonly WrittenTable[],
  visible: readonly Visible[],
): string {
  const own = { alias: 'b0', table: at(tables, table) }
  const condition = write(where, [...visible, own])
  const from = `FROM ${own.table.name} AS b0 WHERE ${condition}`
  const { form: word } = at(SUBQUERIES, form)
  if (word.endsWith('EXISTS')) return `${word} (SELECT 1 ${from})`
  return `(${write(outer, visible)} ${word} (SELECT ${write(inner, [own])} ${from}))`
}

function write(expression: Expression, visible: readonly Visible[]): string {
  if ('template' in expression)
    return filled(
      expression.template,
      expression.args.map((arg) => write(arg, visible)),
    )
  if ('literal' in expression) return at(literals[expression.kind], expression.literal)
  const columns = visible.flatMap(({ alias, table }) =>
    table.columns.filter(({ kind }) => kind === expression.kind).map(({ name }) => `${alias}.${name}`),
  )
  return columns.length === 0 ? at(literals[expression.kind], expression.column) : at(columns, expression.column)
}
