import { maskPasswordsOf } from './mask-passwords.ts'

/**
 * The driver's error less what must not be shown: the text that was sent, which holds the bound values, and passwords
 * that the server quotes ("near …").
 */
export function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error) || !('sql' in error) || typeof error.sql !== 'string') return error
  const { sql } = error
  delete (error as { sql?: string }).sql
  error.message = maskPasswordsOf(sql, error.message)
  if (error.stack !== undefined) error.stack = maskPasswordsOf(sql, error.stack)
  if ('sqlMessage' in error && typeof error.sqlMessage === 'string') {
    error.sqlMessage = maskPasswordsOf(sql, error.sqlMessage)
  }
  return error
}
