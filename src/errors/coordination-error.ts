import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/**
 * Connections that work together went wrong. Codes start with `COORDINATION_`, those of a single wait with `WAIT_`:
 * `WAIT_TIMEOUT`, `WAIT_CANNOT_END`, `WAIT_ABORTED`, `WAIT_NOT_AWAITED`.
 */
export class CoordinationError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'coordination'
  }
}
