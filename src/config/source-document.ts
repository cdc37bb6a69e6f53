/** A parsed configuration file. */
export interface SourceDocument {
  readonly value: unknown
  /** Line (from 1) on which the value at a path of keys starts, if it is there. */
  lineOf(path: readonly string[]): number | undefined
}

/** A file that cannot be parsed: where (line and column from 1) and why. */
export class SourceSyntaxError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, line: number, column: number) {
    super(message)
    this.name = 'SourceSyntaxError'
    this.line = line
    this.column = column
  }
}

export function pathKey(path: readonly string[]): string {
  return JSON.stringify(path)
}
