import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/**
 * Python could not be had, or a handler written in it failed. Codes start with `PYTHON_`; of what a handler raised
 * (`PYTHON_RAISED`) the name is Python's class, and the stack Python's.
 */
export class PythonError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'python'
  }
}
