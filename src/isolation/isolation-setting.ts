import { escape, escapeId } from 'mysql2'
import { TidbTestError } from '../errors/tidb-test-error.ts'

/** https://docs.pingcap.com/tidb/stable/transaction-isolation-levels */
export type IsolationLevel = 'REPEATABLE READ' | 'READ COMMITTED'
/** https://docs.pingcap.com/tidb/stable/pessimistic-transaction */
export type TransactionMode = 'pessimistic' | 'optimistic'

/** How the sessions of a schedule are set up: the server's own where nothing is said. */
export interface IsolationSetting {
  readonly level?: IsolationLevel
  /** What a plain BEGIN begins. */
  readonly mode?: TransactionMode
  /** Session variables: `{ innodb_lock_wait_timeout: 1 }`. */
  readonly variables?: Readonly<Record<string, string | number | boolean>>
}

const LEVELS: ReadonlySet<unknown> = new Set<IsolationLevel>(['REPEATABLE READ', 'READ COMMITTED'])
const MODES: ReadonlySet<unknown> = new Set<TransactionMode>(['pessimistic', 'optimistic'])

/** The statements that bring a session there; empty when there is nothing to do. @throws TidbTestError `ISOLATION_SETTING` */
export function settingStatements({ level, mode, variables = {} }: IsolationSetting): string[] {
  if (level !== undefined && !LEVELS.has(level)) throw wrong('isolation level', level, LEVELS)
  if (mode !== undefined && !MODES.has(mode)) throw wrong('transaction mode', mode, MODES)
  return [
    ...(level === undefined ? [] : [`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`]),
    ...(mode === undefined ? [] : [`SET SESSION tidb_txn_mode = '${mode}'`]),
    ...Object.entries(variables).map(([name, value]) => `SET SESSION ${escapeId(name, true)} = ${escape(value)}`),
  ]
}

function wrong(what: string, value: unknown, known: ReadonlySet<unknown>): TidbTestError {
  return new TidbTestError('ISOLATION_SETTING', `there is no ${what} '${String(value)}'`, {
    remedy: `TiDB has ${[...known].join(' and ')}.`,
  })
}

/** For people: `READ COMMITTED, optimistic, innodb_lock_wait_timeout=1`; empty for the server's own. */
export function describeSetting({ level, mode, variables = {} }: IsolationSetting): string {
  return [level, mode, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)]
    .filter((part) => part !== undefined)
    .join(', ')
}
