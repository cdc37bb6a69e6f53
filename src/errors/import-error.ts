import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/**
 * Test data could not be made, or data could not be imported. Codes start with `IMPORT_`: `IMPORT_OPTION`, `IMPORT_FILE`,
 * `IMPORT_FILE_REFUSED`, `IMPORT_UNSUPPORTED`, `IMPORT_JOB_FAILED`, `IMPORT_JOB_UNKNOWN`.
 */
export class ImportError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'import'
  }
}
