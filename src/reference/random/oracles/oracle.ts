import type { WrittenQuery } from '../write-query.ts'

export type OracleName = 'reference' | 'tlp' | 'norec' | 'plans'

/** Two statements that must return the same rows, in whatever order. */
interface Equation {
  /** What must be the same, in words: `the query and its three parts`. */
  readonly claim: string
  readonly left: string
  readonly right: string
}

/** Knows, without another server, what a query of TiDB must return. */
export type Oracle = (query: WrittenQuery) => readonly Equation[]
