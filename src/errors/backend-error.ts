import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/** No TiDB could be had, or one that was had went away. Codes start with `BACKEND_`. */
export class BackendError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'backend'
  }
}
