/**
 * What random queries may hold beyond columns, literals, comparisons, logic, NULL tests and arithmetic. Each can be left
 * out, with a reason, where it is known to differ.
 */
export const features = [
  'collations',
  'dates',
  'strings',
  'division',
  'rounding',
  'casts',
  'bits',
  'implicit-conversions',
  'subqueries',
  'in-subqueries',
  'outer-joins',
  'aggregates',
] as const

export type Feature = (typeof features)[number]
