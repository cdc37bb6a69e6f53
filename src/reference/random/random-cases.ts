import type * as FastCheck from 'fast-check'
import { operandsOf, SUBQUERIES, templates, type Expression, type Kind } from './expression.ts'
import type { Feature } from './features.ts'
import type { RandomCase, RandomQuery } from './random-case.ts'
import { AGGREGATE_COUNT } from './write-query.ts'
import { columnTypes } from './write-schema.ts'

/** Numbers that are taken modulo how many choices there are. */
const MOST_CHOICES = 59

/** Random schemas, data and queries, with nothing in them of the features that are left out. */
export function randomCases(fc: typeof FastCheck, without: ReadonlySet<Feature>): FastCheck.Arbitrary<RandomCase> {
  const choice = fc.nat({ max: MOST_CHOICES })
  const allowed = ({ feature }: { readonly feature?: Feature }): boolean =>
    feature === undefined || !without.has(feature)
  const expressions = expressionsOf(fc, choice, templates.filter(allowed))
  const types = columnTypes.flatMap((type, number) => (allowed(type) ? [number] : []))
  const maybe = <T>(wanted: boolean, arbitrary: FastCheck.Arbitrary<T>): FastCheck.Arbitrary<T | undefined> =>
    wanted ? fc.option(arbitrary, { nil: undefined, freq: 2 }) : fc.constant(undefined)

  const forms = SUBQUERIES.flatMap((subquery, number) => (allowed(subquery) ? [number] : []))

  const table = fc.record({
    primaryKey: fc.boolean(),
    columns: fc.array(fc.record({ type: fc.constantFrom(...types), notNull: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    }),
    indexes: fc.array(fc.array(choice, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    rows: fc.array(fc.array(choice, { minLength: 4, maxLength: 4 }), { maxLength: 8 }),
  })
  const value = fc.oneof(expressions.number, expressions.text, ...(without.has('dates') ? [] : [expressions.date]))
  const query: FastCheck.Arbitrary<RandomQuery> = fc.record({
    from: choice,
    joins: fc.array(
      fc.record({
        outer: without.has('outer-joins') ? fc.constant(false) : fc.boolean(),
        table: choice,
        on: expressions.boolean,
      }),
      { maxLength: 2 },
    ),
    where: expressions.boolean,
    select: fc.array(value, { minLength: 1, maxLength: 3 }),
    distinct: fc.boolean(),
    grouped: maybe(
      !without.has('aggregates'),
      fc.array(fc.record({ aggregate: fc.nat({ max: AGGREGATE_COUNT - 1 }), of: value }), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    subquery: maybe(
      forms.length > 0,
      fc.record({
        form: choice.map((number) => forms[number % Math.max(1, forms.length)] ?? 0),
        table: choice,
        outer: expressions.number,
        inner: expressions.number,
        where: expressions.boolean,
      }),
    ),
    ordered: fc.boolean(),
  })
  return fc.record({
    tables: fc.array(table, { minLength: 1, maxLength: 3 }),
    queries: fc.array(query, { minLength: 1, maxLength: 8 }),
  })
}

function expressionsOf(
  fc: typeof FastCheck,
  choice: FastCheck.Arbitrary<number>,
  allowed: typeof templates,
): Record<Kind, FastCheck.Arbitrary<Expression>> {
  const kinds: readonly Kind[] = ['number', 'text', 'date', 'boolean']
  return fc.letrec<Record<Kind, Expression>>((tie) => {
    const ofKind = (kind: Kind): FastCheck.Arbitrary<Expression> => {
      const column = choice.map((number): Expression => ({ kind, column: number }))
      const literal = choice.map((number): Expression => ({ kind, literal: number }))
      const calls = allowed
        .filter((template) => template.kind === kind)
        .map(({ text }) => {
          const operands = operandsOf(text).map((operand) => tie(operand))
          return fc.tuple(...operands).map((args): Expression => ({ kind, template: text, args }))
        })
      // There is no column that is a condition.
      const leaves = kind === 'boolean' ? [literal] : [column, column, literal]
      if (calls.length === 0) return fc.oneof(...leaves)
      return fc.oneof({ maxDepth: 4, depthSize: 'small' }, ...leaves, {
        arbitrary: fc.oneof(...calls),
        weight: 2 * leaves.length,
      })
    }
    return Object.fromEntries(kinds.map((kind) => [kind, ofKind(kind)])) as Record<
      Kind,
      FastCheck.Arbitrary<Expression>
    >
  })
}
