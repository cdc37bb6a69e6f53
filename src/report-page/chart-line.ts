/** One series of a chart. */
export interface Line {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** A CSS variable. */
  readonly colour: string
  readonly bars?: boolean
  readonly dashed?: boolean
}
