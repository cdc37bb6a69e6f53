import { hasNoLastingEffect, isConnectionLost, outcomeOf, type ErrorOutcome } from './classify.ts'
import { deadlockLines, type DeadlockWait } from './deadlock.ts'
import { addRemark, messageOf, TidbTestError, type ErrorKind } from './tidb-test-error.ts'
import { tidbErrorNames } from './tidb-error-names.ts'

export interface FailedStatement {
  /** Without passwords: it is shown. */
  readonly sql: string
  readonly session: string
  /** Host and port, for people. */
  readonly endpoint?: string
  /** Who is logged in. */
  readonly user?: string
  /** A transaction was open when it was sent, or autocommit was off. */
  readonly uncommitted?: boolean
  /** The server answered that it was done, after we had asked it to end the statement. */
  readonly done?: boolean
}

/** A statement failed on the server, or its connection was lost on the way. `code` is the symbol, such as `ER_DUP_ENTRY`. */
export class StatementError extends TidbTestError {
  /** The server's error number; 0 when the connection was lost. */
  readonly errno: number
  /** The error's name: MySQL's (`ER_DUP_ENTRY`), or TiDB's own in the same manner (`ER_WRITE_CONFLICT`). */
  readonly symbol: string
  /** Five characters, such as `23000`; `HY000` where there is none. */
  readonly sqlState: string
  readonly outcome: ErrorOutcome
  readonly sql: string
  readonly session: string
  /** The cycle of a deadlock (1213) from this statement's own wait on; absent where it is not known, and for other errors. */
  declare readonly deadlock?: readonly DeadlockWait[]

  constructor(cause: unknown, statement: FailedStatement, override: { code?: string; message?: string } = {}) {
    const driver = (cause ?? {}) as { errno?: number; code?: string; sqlState?: string; sqlMessage?: string }
    const lost = isConnectionLost(cause)
    const errno = lost ? 0 : Math.max(0, driver.errno ?? 0)
    const symbol =
      override.code ?? (lost ? 'CONNECT_LOST' : undefined) ?? tidbErrorNames.get(errno) ?? driver.code ?? 'UNKNOWN'
    const text =
      override.message ??
      (lost ? `the connection was lost: ${messageOf(cause)}` : (driver.sqlMessage ?? messageOf(cause)))
    super(
      symbol,
      `${text} (${symbol}${errno === 0 ? '' : `, ${errno}`})\n  session ${statement.session}: ${oneLine(statement.sql)}`,
      {
        cause,
        context: {
          operation: 'statement',
          ...(statement.endpoint === undefined ? {} : { endpoint: statement.endpoint }),
          ...(statement.user === undefined ? {} : { user: statement.user }),
          session: statement.session,
          sql: statement.sql,
        },
      },
    )
    this.errno = errno
    this.symbol = symbol
    this.sqlState = driver.sqlState ?? 'HY000'
    const { sql, uncommitted = false, done = false } = statement
    const circumstances = { lost, sql, uncommitted, message: messageOf(cause) }
    this.outcome = done && !hasNoLastingEffect(sql, uncommitted) ? 'unknown' : outcomeOf(errno, circumstances)
    this.sql = statement.sql
    this.session = statement.session
  }

  override get kind(): ErrorKind {
    return 'statement'
  }

  /** For the session: adds the cycle, to the message too. */
  explainDeadlock(deadlock: readonly DeadlockWait[]): void {
    Object.assign(this, { deadlock })
    addRemark(this, deadlockLines(deadlock).join('\n  '))
  }
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 297)}...` : line
}
