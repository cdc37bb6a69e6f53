import { maskPasswords } from '../connections/mask-passwords.ts'
import { StatementError } from '../errors/statement-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { RemoteFailure } from './interpreter.ts'

/** A statement of a handler that failed. */
export interface FailedStatement {
  /** The connection's id in Python. */
  readonly connection: string
  /** Without passwords. */
  readonly sql: string
  /** The server's number; 0 when it was not the server that refused. */
  readonly errno: number
  readonly message: string
}

/** For people: one that the handler let pass. */
export function swallowedText({ connection, sql, errno, message }: FailedStatement): string {
  return `a statement failed, and the handler went on: ${sql} (${connection}): ${errno} ${message}`
}

/** What of an error tells Python, and the report, of a statement. */
export function failedStatement(error: unknown, connection: string, sql: string): FailedStatement {
  return {
    connection,
    sql: maskPasswords(sql),
    errno: error instanceof StatementError ? error.errno : 0,
    message: serverText(error),
  }
}

/** The failure of a statement as Python gets it: `errno`, `sqlstate` and `msg` as its drivers have them, and its number. */
export function remoteFailure(error: unknown, failed: FailedStatement, number: number): RemoteFailure {
  const { errno, message } = failed
  const sqlstate = error instanceof StatementError ? error.sqlState : 'HY000'
  return new RemoteFailure(message, { errno, sqlstate, msg: message, statement: number }, { cause: error })
}

/** The server's own words; ours where it was not the server that spoke. */
function serverText(error: unknown): string {
  const cause = error instanceof StatementError && error.errno !== 0 ? error.cause : undefined
  // Statements that we have ended: why they were is more than that they were.
  const ended = error instanceof StatementError && error.code.startsWith('STATEMENT_')
  if (ended || typeof cause !== 'object' || cause === null) return firstParagraph(messageOf(error))
  return 'sqlMessage' in cause && typeof cause.sqlMessage === 'string' ? cause.sqlMessage : messageOf(cause)
}

function firstParagraph(text: string): string {
  return text.split('\n  session ', 1)[0] ?? text
}
