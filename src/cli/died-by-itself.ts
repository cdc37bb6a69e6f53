import type { ServerDeath } from '../backends/backend.ts'
import { BackendError } from '../errors/backend-error.ts'

export function diedByItself(death: ServerDeath): BackendError {
  const how = death.signal === null ? `exit code ${death.exitCode}` : `signal ${death.signal}`
  return new BackendError('BACKEND_SERVER_DIED', `TiDB ended by itself (${how}).\n${death.lastLogLines.join('\n')}`)
}
