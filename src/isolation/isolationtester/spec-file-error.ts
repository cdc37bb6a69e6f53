import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { Position } from './spec-file.ts'

/**
 * A `.spec` file is wrong. `code` is `SPEC_SYNTAX`, or says what does not fit together: `SPEC_UNKNOWN_STEP`,
 * `SPEC_DUPLICATE_NAME`, `SPEC_MARKER`, `SPEC_NOTICES`, `SPEC_TOO_MANY_PERMUTATIONS`.
 */
export class SpecFileError extends TidbTestError {
  readonly file: string
  readonly at: Position

  constructor(code: string, place: { file: string; at: Position }, message: string, remedy?: string) {
    const { file, at } = place
    super(code, `${file}:${at.line}:${at.column}: ${message}`, {
      ...(remedy === undefined ? {} : { remedy }),
      context: { file, line: at.line, column: at.column },
    })
    this.file = file
    this.at = at
  }
}
