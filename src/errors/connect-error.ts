import { TidbTestError } from './tidb-test-error.ts'

/** A session could not be opened, or its connection was lost. Codes start with `CONNECT_`. */
export class ConnectError extends TidbTestError {}
