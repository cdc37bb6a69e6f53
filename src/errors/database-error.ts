import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/** A clean database could not be lent, or a test broke the rules of its mode. Codes start with `DATABASE_` or are named by the rule (`IMPLICIT_COMMIT_REFUSED`). */
export class DatabaseError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'database'
  }
}
