import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/** A state machine went wrong. Codes start with `STATE_`. */
export class StateError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'state'
  }
}
