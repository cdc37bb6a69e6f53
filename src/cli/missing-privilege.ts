/**
 * ER_DBACCESS_DENIED, ER_TABLEACCESS_DENIED, ER_COLUMNACCESS_DENIED, ER_SPECIFIC_ACCESS_DENIED, ER_CANT_CREATE_USER_WITH_GRANT
 * and ErrPrivilegeCheckFail of https://docs.pingcap.com/tidb/stable/error-codes and MySQL's reference.
 */
const DENIED: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1410, 8121])
const ER_VIEW_INVALID = 1356

/** An error as a test reports it: plain, with its causes. */
interface ReportedError {
  readonly message?: string
  readonly errno?: unknown
  readonly sql?: unknown
  readonly cause?: unknown
}

/** Which privilege the server said was missing, in its own words where it has some; undefined for any other error. */
export function missingPrivilege(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { message = '', errno, sql, cause } = error as ReportedError
  if (typeof errno !== 'number') return missingPrivilege(cause)
  // Tables of information_schema that gather from all servers wrap what one of them said: `other error: [planner:1227]…`.
  const wrapped = Number(/\[\w+:(\d+)\]/.exec(message)?.[1] ?? errno)
  if (DENIED.has(errno) || DENIED.has(wrapped)) return inWords(message, typeof sql === 'string' ? sql : '')
  const view = errno === ER_VIEW_INVALID ? /View '(mysql\.\w+)'.*lack rights/i.exec(message)?.[1] : undefined
  return view === undefined ? missingPrivilege(cause) : `SELECT on what ${view} shows`
}

function inWords(message: string, sql: string): string {
  const named =
    /at least one of\) the (.+?) privilege/i.exec(message)?.[1] ??
    /privilege check for '([^']+)' fail/i.exec(message)?.[1] ??
    /^([A-Z ]+) command denied/i.exec(message)?.[1]
  if (named !== undefined) return named.toUpperCase()
  const database = /to database '([^']*)'/i.exec(message)?.[1]
  const verb = /^\s*(\w+(?:\s+(?:DATABASE|TABLE|USER|VIEW|INDEX|ROLE|SCHEMA)\b)?)/i.exec(sql)?.[1]?.toUpperCase()
  const statement = verb === undefined ? 'what this statement needs' : `what ${verb} needs`
  return database === undefined ? statement : `${statement} on the database ${database}`
}
