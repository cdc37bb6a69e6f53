import { maskPasswordsOf } from './mask-passwords.ts'

/**
 * The driver's error less what must not be shown: the text that was sent, which holds the bound values, and passwords
 * that the server quotes ("near …").
 */
export function withoutSecrets(error: Error): Error {
  if (!('sql' in error) || typeof error.sql !== 'string') return error
  const { sql } = error
  delete (error as { sql?: string }).sql
  error.message = maskPasswordsOf(sql, error.message)
  // The driver's frames are the same for every failure and point nowhere in the test.
  error.stack = `${error.name}: ${error.message}`
  if ('sqlMessage' in error && typeof error.sqlMessage === 'string') {
    error.sqlMessage = maskPasswordsOf(sql, error.sqlMessage)
  }
  return error
}

/** What KILL QUERY leaves: https://docs.pingcap.com/tidb/stable/error-codes */
export const ER_QUERY_INTERRUPTED = 1317
const ER_UNKNOWN_ERROR = 1105

/** After a KILL QUERY TiDB sometimes says "context canceled" (1105, seen on 8.5), and means that it was interrupted. */
export function asInterrupted(error: unknown): unknown {
  const { errno, message = '' } = (error ?? {}) as { errno?: number; message?: string }
  if (errno !== ER_UNKNOWN_ERROR || !message.includes('context canceled')) return error
  return Object.assign(new Error('Query execution was interrupted', { cause: error }), {
    code: 'ER_QUERY_INTERRUPTED',
    errno: ER_QUERY_INTERRUPTED,
    sqlState: '70100',
  })
}
