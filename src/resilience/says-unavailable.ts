import { isConnectError, isStatementError } from '../errors/guards.ts'
import { isUnavailable } from '../errors/retriable-errors.ts'

/**
 * Whether an error says that the server can't be reached or is unwell: lost and refused connections, busy and timed-out
 * stores. Deadlocks and write conflicts do not: they are the work of a server that is well.
 */
export function saysUnavailable(error: unknown): boolean {
  if (isConnectError(error)) return error.outcome === 'transient'
  if (!isStatementError(error)) return false
  return error.symbol === 'CONNECT_LOST' || isUnavailable(error.errno)
}
