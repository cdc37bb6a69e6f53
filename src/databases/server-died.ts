import type { ServerDeath } from '../backends/backend.ts'
import { BackendError } from '../errors/backend-error.ts'

/** For whoever held something of a server that ended by itself. */
export function serverDied(death: ServerDeath | undefined, cause?: unknown): BackendError {
  const how =
    death === undefined
      ? 'its connection was lost'
      : death.signal === null
        ? `exit code ${String(death.exitCode)}`
        : `signal ${death.signal}`
  const log =
    death === undefined || death.lastLogLines.length === 0 ? [] : ['Its last log lines:', ...death.lastLogLines]
  return new BackendError('BACKEND_SERVER_DIED', [`The TiDB of this test ended (${how}).`, ...log].join('\n  '), {
    remedy: 'The next test gets a new one. A test that ends its server on purpose uses mode `server`.',
    ...(cause === undefined ? {} : { cause }),
  })
}
