import { maskPasswords } from '../connections/mask-passwords.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { classifyStatements, setAssignments, type ClassifiedStatement, type StatementKind } from './statement-kind.ts'

export const START_SAVEPOINT = 'vitest_tidb_start'
/** SERVER_STATUS_IN_TRANS of the MySQL protocol's OK packet. */
const IN_TRANSACTION = 1
const ER_SP_DOES_NOT_EXIST = 1305

/** Why TiDB ends the transaction at a statement of this kind; kinds that are missing leave it open. */
const ENDS_TRANSACTION: Partial<Record<StatementKind, string>> = {
  ddl: 'DDL commits',
  'create-database': 'DDL commits',
  'drop-database': 'DDL commits',
  'resource-group': 'DDL commits',
  'placement-policy': 'DDL commits',
  begin: 'it commits the open transaction and starts another',
  commit: 'it commits',
  rollback: 'it ends the transaction, and what follows would be committed one by one',
  account: 'account statements commit',
  'lock-tables': 'it commits',
  'set-autocommit': 'it commits',
}

/** What outlives a rollback because it changes the server and not a table. */
const CHANGES_SERVER: Partial<Record<StatementKind, string>> = {
  'set-global': 'a GLOBAL variable is not rolled back',
  'set-password': 'a password is not rolled back',
  'global-binding': 'a global binding is not rolled back',
  kill: 'it would end what other tests run',
  server: 'it changes the whole server',
}

/** Runs one statement and resolves when its reply is there; rejects with an error that may carry MySQL's `errno`. */
export type Execute = (sql: string) => Promise<unknown>

/**
 * Keeps a test of mode `transaction` inside the one transaction that is rolled back at its end.
 *
 * What provably ends the transaction is refused before it is sent. The rest is detected: the status flag in OK packets
 * shows a transaction that has ended, and a savepoint set at the start is gone when another one has taken its place
 * (BEGIN inside of something that could not be read, for example). One guard serves one session.
 */
export class TransactionGuard implements StatementHook {
  readonly #prepared = new PreparedStatements()
  /** While start() and finish() send their own statements. */
  #paused = true
  #endedBy: string | undefined
  #suspects: string[] = []

  /**
   * @throws DatabaseError `IMPLICIT_COMMIT_REFUSED` or `GLOBAL_STATEMENT_REFUSED`, naming the statement. Nothing is sent.
   */
  beforeSend(sql: string): void {
    if (this.#paused) return
    for (const statement of classifyStatements(sql)) this.#check(statement)
  }

  afterReply(reply: {
    readonly sql: string
    readonly serverStatus: number | undefined
    readonly failed?: boolean
  }): void {
    if (this.#paused || reply.serverStatus === undefined) return
    if ((reply.serverStatus & IN_TRANSACTION) === 0) this.#endedBy ??= reply.sql
  }

  /** Opens the transaction. */
  async start(execute: Execute): Promise<void> {
    this.#paused = true
    await execute('BEGIN')
    await execute(`SAVEPOINT ${START_SAVEPOINT}`)
    this.#endedBy = undefined
    this.#suspects = []
    this.#paused = false
  }

  /**
   * Rolls back. After it resolves, the database is as it was before start().
   *
   * @throws DatabaseError `IMPLICIT_COMMIT_DETECTED` when something was committed behind our back: return the database as
   * `dirty`. Errors of a lost connection come through as they are; TiDB rolls back by itself then.
   */
  async finish(execute: Execute): Promise<void> {
    this.#paused = true
    try {
      await execute(`ROLLBACK TO SAVEPOINT ${START_SAVEPOINT}`)
    } catch (error) {
      if (errnoOf(error) !== ER_SP_DOES_NOT_EXIST) throw error
      await execute('ROLLBACK')
      throw this.#detected(error)
    }
    await execute('ROLLBACK')
    if (this.#endedBy !== undefined) throw this.#detected(undefined)
  }

  #check(statement: ClassifiedStatement): void {
    this.#prepared.observe(statement)
    const prepared = this.#prepared.executedBy(statement)
    if (prepared === undefined) {
      if (statement.kind === 'other' || statement.kind === 'execute') this.#suspects.push(statement.sql)
    } else {
      for (const inner of classifyStatements(prepared)) this.#refuse(inner, ` (which EXECUTE would run)`)
    }
    this.#refuse(statement, '')
  }

  #refuse(statement: ClassifiedStatement, note: string): void {
    const { kind } = statement
    if (kind === 'set-autocommit' && turnsAutocommitOff(statement)) return
    const ends = ENDS_TRANSACTION[kind]
    if (ends !== undefined) {
      throw new DatabaseError(
        'IMPLICIT_COMMIT_REFUSED',
        `In mode 'transaction' this statement was not sent, because ${ends}: ${shortened(statement.sql)}${note}`,
        { remedy: `Use mode 'database' for this test: test.override('databaseMode', 'database').` },
      )
    }
    const changes = CHANGES_SERVER[kind]
    if (changes !== undefined) {
      throw new DatabaseError(
        'GLOBAL_STATEMENT_REFUSED',
        `In mode 'transaction' this statement was not sent, because ${changes}: ${shortened(statement.sql)}${note}`,
        { remedy: `Use mode 'server' for this test, which gives it a TiDB of its own.` },
      )
    }
  }

  #detected(cause: unknown): DatabaseError {
    const culprit = this.#endedBy ?? this.#suspects.at(-1)
    const named =
      culprit === undefined
        ? 'by a statement that could not be told'
        : `${this.#endedBy === undefined ? 'most likely ' : ''}by: ${shortened(culprit)}`
    return new DatabaseError(
      'IMPLICIT_COMMIT_DETECTED',
      `The transaction of this test was ended before the test was, ${named}. What it wrote may be committed; the database is rebuilt.`,
      {
        remedy: `Use mode 'database' for this test, or leave the statement out.`,
        ...(cause === undefined ? {} : { cause }),
      },
    )
  }
}

function turnsAutocommitOff(statement: ClassifiedStatement): boolean {
  return setAssignments(statement.tokens)
    .filter((assignment) => assignment.name === 'autocommit')
    .every(({ value }) => value.length === 1 && /^(?:0|OFF|FALSE)$/iu.test(value[0]?.value ?? ''))
}

/** MySQL's error number, on the error itself or on what caused it. */
function errnoOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('errno' in error && typeof error.errno === 'number') return error.errno
  if ('cause' in error && error.cause !== undefined) return errnoOf(error.cause)
  return messageOf(error).includes(`SAVEPOINT ${START_SAVEPOINT} does not exist`) ? ER_SP_DOES_NOT_EXIST : undefined
}

/** One line of at most 200 characters. */
function shortened(sql: string): string {
  const line = maskPasswords(sql).replace(/\s+/gu, ' ')
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
