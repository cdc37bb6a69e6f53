import type { BackendError } from './backend-error.ts'
import type { CircuitOpenError } from './circuit-open-error.ts'
import type { ConfigError } from './config-error.ts'
import type { ConnectError } from './connect-error.ts'
import type { CoordinationError } from './coordination-error.ts'
import type { DatabaseError } from './database-error.ts'
import type { FaultError } from './fault-error.ts'
import type { ImportError } from './import-error.ts'
import type { PythonError } from './python-error.ts'
import type { StateError } from './state-error.ts'
import type { StatementError } from './statement-error.ts'
import { isTidbTestError, type ErrorKind, type TidbTestError } from './tidb-test-error.ts'

/** Guards that hold for errors of another copy of the package too, and for classes derived from these. */
const guard =
  <E extends TidbTestError>(kind: ErrorKind) =>
  (value: unknown): value is E =>
    isTidbTestError(value) && value.kind === kind

export const isBackendError: (value: unknown) => value is BackendError = guard('backend')
export const isCircuitOpenError: (value: unknown) => value is CircuitOpenError = guard('circuit-open')
export const isConfigError: (value: unknown) => value is ConfigError = guard('config')
export const isConnectError: (value: unknown) => value is ConnectError = guard('connect')
export const isCoordinationError: (value: unknown) => value is CoordinationError = guard('coordination')
export const isDatabaseError: (value: unknown) => value is DatabaseError = guard('database')
export const isFaultError: (value: unknown) => value is FaultError = guard('fault')
export const isImportError: (value: unknown) => value is ImportError = guard('import')
export const isPythonError: (value: unknown) => value is PythonError = guard('python')
export const isStateError: (value: unknown) => value is StateError = guard('state')
export const isStatementError: (value: unknown) => value is StatementError = guard('statement')
