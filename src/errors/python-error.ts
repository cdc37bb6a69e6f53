import { TidbTestError } from './tidb-test-error.ts'

/** Python could not be had, or a handler written in it failed. Codes start with `PYTHON_`. */
export class PythonError extends TidbTestError {}
