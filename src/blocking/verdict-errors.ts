import { maskPasswords } from '../connections/mask-passwords.ts'
import { watchOf, type StartedStatement } from '../connections/started-statement.ts'
import { TidbTestError } from '../errors/tidb-test-error.ts'

/**
 * Nobody knows what a statement does.
 *
 * @param unavailable what could not be asked; undefined when nothing could be asked yet
 */
export function undecidedError(
  statement: StartedStatement,
  timeout: number,
  unavailable: readonly string[] | undefined,
): TidbTestError {
  const { session, sql } = statement
  const shown = maskPasswords(sql)
  const reasons = [
    ...(watchOf(statement).sent ? [] : ["It has not been sent: it waits for its session's statement before it."]),
    ...(unavailable?.map((reason) => `Not asked: ${reason}`) ?? [
      'Nothing was asked: the observer has no connection yet.',
    ]),
    'If it only takes long, wait for its result(), or give it more time.',
  ]
  return new TidbTestError(
    'BLOCKING_UNDECIDED',
    `after ${timeout} ms the statement has neither ended nor was it seen to be blocked\n  session ${session.name}: ${shown}`,
    { remedy: reasons.join('\n'), context: { session: session.name, sql: shown } },
  )
}

export function closedError(): TidbTestError {
  return new TidbTestError('BLOCKING_CLOSED', 'the observer was closed, so it can give no verdict')
}
