import type { Feature } from './features.ts'

/** Of what kind an expression's value is; `boolean` stands where a condition does. */
export type Kind = 'number' | 'text' | 'date' | 'boolean'

/**
 * A piece of a query before it is known which tables there are: a column is chosen among those of its kind when it is
 * written down, so that every expression fits every schema.
 */
export type Expression =
  | { readonly kind: Kind; readonly column: number }
  | { readonly kind: Kind; readonly literal: number }
  | { readonly kind: Kind; readonly template: string; readonly args: readonly Expression[] }

/** A function or operator: `?n`, `?t`, `?d` and `?b` stand for an operand of their kind. */
export interface Template {
  readonly kind: Kind
  readonly text: string
  readonly feature?: Feature
}

const KIND_OF: Readonly<Record<string, Kind>> = { n: 'number', t: 'text', d: 'date', b: 'boolean' }

/** The kinds of a template's operands. */
export function operandsOf(template: string): readonly Kind[] {
  return [...template.matchAll(/\?([ntdb])/g)].map(([, letter = '']) => KIND_OF[letter] as Kind)
}

/** Writes a template down with its operands. */
export function filled(template: string, operands: readonly string[]): string {
  let next = 0
  return template.replaceAll(/\?[ntdb]/g, () => operands[next++] ?? 'NULL')
}

const of = (kind: Kind, texts: readonly string[], feature?: Feature): Template[] =>
  texts.map((text) => ({ kind, text, ...(feature === undefined ? {} : { feature }) }))

const comparisons = (operand: string): string[] =>
  ['=', '<>', '<', '<=', '>', '>=', '<=>'].map((operator) => `(${operand} ${operator} ${operand})`)

/** What expressions are made of. A text's length and a number's size stay small, so that nothing overflows by itself. */
export const templates: readonly Template[] = [
  ...of('boolean', ['(?b AND ?b)', '(?b OR ?b)', '(NOT ?b)', '(?b XOR ?b)', '(?b IS TRUE)', '(?b IS NOT FALSE)']),
  ...of('boolean', ['(?b IS NULL)', '(?n IS NULL)', '(?t IS NOT NULL)']),
  ...of('boolean', [...comparisons('?n'), ...comparisons('?t')]),
  ...of('boolean', ['(?n IN (?n, ?n))', '(?n NOT IN (?n, ?n))', '(?n BETWEEN ?n AND ?n)', '(?t IN (?t, ?t))']),
  ...of('boolean', [...comparisons('?d'), '(?d IS NOT NULL)'], 'dates'),
  ...of('boolean', ["(?t LIKE 'a%')", "(?t LIKE '%1')", "(?t NOT LIKE '_')"], 'strings'),
  ...of('boolean', ['(?n = ?t)', '(?t < ?n)', '(?d = ?t)', '(?n AND ?b)', '(NOT ?t)'], 'implicit-conversions'),
  ...of('number', ['(?n + ?n)', '(?n - ?n)', '(?n * ?n)', '(- ?n)', 'ABS(?n)', 'SIGN(?n)', 'COALESCE(?n, ?n)']),
  ...of('number', ['IF(?b, ?n, ?n)', 'CASE WHEN ?b THEN ?n ELSE ?n END', 'NULLIF(?n, ?n)', 'GREATEST(?n, ?n)']),
  ...of('number', ['LEAST(?n, ?n)', 'IFNULL(?n, ?n)', 'CASE ?n WHEN ?n THEN ?n END']),
  ...of('number', ['(?n / ?n)', '(?n DIV ?n)', '(?n % ?n)'], 'division'),
  ...of('number', ['ROUND(?n)', 'ROUND(?n, 1)', 'FLOOR(?n)', 'CEILING(?n)', 'TRUNCATE(?n, 1)'], 'rounding'),
  ...of('number', ['LENGTH(?t)', 'CHAR_LENGTH(?t)', "LOCATE('a', ?t)", 'STRCMP(?t, ?t)'], 'strings'),
  ...of('number', ['YEAR(?d)', 'MONTH(?d)', 'DAYOFWEEK(?d)', 'DATEDIFF(?d, ?d)'], 'dates'),
  ...of('number', ['CAST(?n AS SIGNED)', 'CAST(?n AS DECIMAL(12, 2))'], 'casts'),
  ...of('number', ['(?n & ?n)', '(?n | ?n)', 'BIT_COUNT(?n)'], 'bits'),
  ...of('number', ['(?t + ?n)', 'CAST(?t AS SIGNED)'], 'implicit-conversions'),
  ...of('text', ['COALESCE(?t, ?t)', 'IF(?b, ?t, ?t)', 'NULLIF(?t, ?t)', 'CASE WHEN ?b THEN ?t ELSE ?t END']),
  ...of('text', ['CONCAT(?t, ?t)', 'UPPER(?t)', 'LOWER(?t)', 'LEFT(?t, 2)', 'SUBSTRING(?t, 2)'], 'strings'),
  ...of('text', ['REVERSE(?t)', "REPLACE(?t, 'a', 'b')", "CONCAT_WS('-', ?t, ?t)", "LPAD(?t, 3, '*')"], 'strings'),
  ...of('text', ['CAST(?n AS CHAR)', 'HEX(?t)'], 'casts'),
  ...of('date', ['COALESCE(?d, ?d)', 'IF(?b, ?d, ?d)', 'NULLIF(?d, ?d)'], 'dates'),
  ...of('date', ['DATE_ADD(?d, INTERVAL 1 MONTH)', 'DATE_SUB(?d, INTERVAL 1 DAY)', 'LAST_DAY(?d)'], 'dates'),
]

/** Ways to ask a subquery. IN compares with what it returns, and makes NULL of a NULL among that. */
export const SUBQUERIES: readonly {
  readonly form: 'EXISTS' | 'NOT EXISTS' | 'IN' | 'NOT IN'
  readonly feature: Feature
}[] = [
  { form: 'EXISTS', feature: 'subqueries' },
  { form: 'NOT EXISTS', feature: 'subqueries' },
  { form: 'IN', feature: 'in-subqueries' },
  { form: 'NOT IN', feature: 'in-subqueries' },
]
