import type { Expression } from './expression.ts'

/** A table of a random schema: always with a column `id`, which may be its primary key. */
export interface RandomTable {
  readonly primaryKey: boolean
  readonly columns: readonly { readonly type: number; readonly notNull: boolean }[]
  /** Columns of each index, by numbers that are taken modulo the number of columns. */
  readonly indexes: readonly (readonly number[])[]
  /** Cells by numbers that choose among the values of their type. */
  readonly rows: readonly (readonly number[])[]
}

/** What stands behind FROM. */
export interface RandomJoin {
  readonly outer: boolean
  readonly table: number
  readonly on: Expression
}

export interface RandomQuery {
  readonly from: number
  readonly joins: readonly RandomJoin[]
  readonly where: Expression
  /** What is asked for; with `grouped`, what is grouped by. */
  readonly select: readonly Expression[]
  readonly distinct: boolean
  readonly grouped: readonly { readonly aggregate: number; readonly of: Expression }[] | undefined
  /** A condition with a table of its own: `where AND [NOT] EXISTS/IN (SELECT … WHERE inner)`. */
  readonly subquery: RandomSubquery | undefined
  readonly ordered: boolean
}

export interface RandomSubquery {
  readonly form: number
  readonly table: number
  readonly outer: Expression
  readonly inner: Expression
  readonly where: Expression
}

/** A schema with its data, and queries on it. */
export interface RandomCase {
  readonly tables: readonly RandomTable[]
  readonly queries: readonly RandomQuery[]
}
