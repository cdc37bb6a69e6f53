/** A place in a spec file; line and column count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What stands between braces: one or several SQL statements. */
export interface SqlBlock {
  /** Without the blanks next to the braces; line breaks stay. */
  readonly sql: string
  /** Of the opening brace. */
  readonly at: Position
}

/** A `.spec` file as it was written. Names are as they count: without quotes. */
export interface SpecFile {
  readonly setup: readonly SqlBlock[]
  readonly teardown?: SqlBlock
  readonly sessions: readonly SpecFileSession[]
  /** Empty when none is written, which means all of them. */
  readonly permutations: readonly Permutation[]
}

export interface SpecFileSession {
  readonly name: string
  readonly setup?: SqlBlock
  readonly steps: readonly SpecFileStep[]
  readonly teardown?: SqlBlock
  /** Of the keyword `session`. */
  readonly at: Position
}

export interface SpecFileStep {
  readonly name: string
  readonly block: SqlBlock
  /** Of the keyword `step`. */
  readonly at: Position
}

export interface Permutation {
  readonly steps: readonly PermutationStep[]
  /** Of the keyword `permutation`. */
  readonly at: Position
}

export interface PermutationStep {
  readonly name: string
  readonly markers: readonly Marker[]
  readonly at: Position
}

/** What delays the report of a step's completion: `*`, another step, or another step's session having sent notices. */
export type Marker =
  | { readonly kind: 'once'; readonly at: Position }
  | { readonly kind: 'step'; readonly step: string; readonly at: Position }
  | { readonly kind: 'notices'; readonly step: string; readonly count: number; readonly at: Position }
