import { isRetriable } from './retriable-errors.ts'

/**
 * Whether trying again can help.
 *
 * - `transient`: the statement had no effect and may succeed when it is tried again (in a transaction: the whole of it).
 * - `permanent`: it had no effect, and trying again gives the same.
 * - `unknown`: whether it took effect can't be known (a COMMIT whose reply was lost); never try again blindly.
 */
export type ErrorOutcome = 'transient' | 'permanent' | 'unknown'

/** mysql2's codes of a connection that is gone. */
const LOST: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_PACKETS_OUT_OF_ORDER',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
])

/** Whether a driver's error means that the connection is gone. */
export function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && typeof error.code === 'string' && LOST.has(error.code)) ||
      ('fatal' in error && error.fatal === true && !('errno' in error && Number(error.errno) > 0)))
  )
}

/** What is known of a statement when it failed. */
export interface FailureCircumstances {
  /** The connection was lost after the statement was sent. */
  readonly lost: boolean
  readonly sql: string
  /** A transaction was open when it was sent, or autocommit was off: what it wrote was not committed with it. */
  readonly uncommitted: boolean
  /** What the server said. */
  readonly message?: string
}

/** Sorts a server's error, or a lost connection, for the statement that met it. */
export function outcomeOf(errno: number, { lost, sql, uncommitted, message }: FailureCircumstances): ErrorOutcome {
  if (lost) return hasNoLastingEffect(sql, uncommitted) ? 'transient' : 'unknown'
  return isRetriable(errno, message) ? 'transient' : 'permanent'
}

const READS = /^(?:select|show|desc|describe|use|table|values|prepare|deallocate|savepoint|release|rollback|\()/i
/** They read, or they run the statement that follows. */
const MAYBE_READS = /^(?:explain|trace|with)\b(?![^]*\b(?:insert|update|delete|replace|import|load)\b)/i
const SESSION_SETTING = /^set\b(?![^]*\b(?:global|persist|persist_only|instance|password|config|autocommit|default)\b)/i
const WRITES = /^(?:insert|update|delete|replace|load\s+data)\b/i
const BEGINS = /^(?:begin|start\s+transaction)\b/i

/**
 * Whether nothing of a text outlives its connection, so that it can be tried again when its reply was lost: reads, and
 * writes that were not committed with it. What is not known is taken to last: DDL, COMMIT, EXECUTE, several statements.
 */
export function hasNoLastingEffect(sql: string, uncommitted: boolean): boolean {
  const statements = sql
    .replace(/\/\*(?!M?!|T!|\+)[^]*?\*\/|(?:#|--\s).*$/gim, ' ')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
  return statements.every(
    (statement) =>
      READS.test(statement) ||
      MAYBE_READS.test(statement) ||
      SESSION_SETTING.test(statement) ||
      (uncommitted ? WRITES.test(statement) : BEGINS.test(statement)),
  )
}
