import { stripVTControlCharacters } from 'node:util'

/**
 * ER_DBACCESS_DENIED, ER_TABLEACCESS_DENIED, ER_COLUMNACCESS_DENIED, ER_SPECIFIC_ACCESS_DENIED, ER_CANT_CREATE_USER_WITH_GRANT
 * and ErrPrivilegeCheckFail of https://docs.pingcap.com/tidb/stable/error-codes and MySQL's reference.
 */
const DENIED: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1410, 8121])
const ER_VIEW_INVALID = 1356
/** The databases of tests, as GRANT names them. */
const OURS = '`vitest\\_tidb\\_%`.*'

/** Under this name the setup file is told who logs in. */
export const LOGIN = 'vitest-tidb-login'

/** How the note of a skipped test begins; what follows is the privilege. */
export const LACKS_PRIVILEGE = 'the user lacks a privilege: '

/** An error as a test reports it: plain, with its causes. */
interface ReportedError {
  readonly message?: string
  readonly code?: unknown
  readonly errno?: unknown
  readonly sql?: unknown
  readonly context?: { readonly user?: unknown }
  readonly cause?: unknown
}

/**
 * Which privilege the server said that `user` misses, in its own words where it has some; undefined for any other error,
 * and where another account was refused: a test that makes accounts tests what those may do.
 */
export function missingPrivilege(error: unknown, user: string | undefined): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { message: painted = '', code, errno, sql, context, cause } = error as ReportedError
  const message = stripVTControlCharacters(painted)
  if (code === 'DATABASE_NOT_CREATED' && /access denied/i.test(message)) return `CREATE and DROP on ${OURS}`
  if (typeof errno !== 'number') {
    return unseenFor(message) ?? missingPrivilege(insteadOf(message), user) ?? missingPrivilege(cause, user)
  }
  if (context?.user !== undefined && user !== undefined && context.user !== user) return undefined
  // Tables of information_schema that gather from all servers wrap what one of them said: `other error: [planner:1227]…`.
  const wrapped = Number(/\[\w+:(\d+)\]/.exec(message)?.[1] ?? errno)
  if (DENIED.has(errno) || DENIED.has(wrapped)) return inWords(message, typeof sql === 'string' ? sql : '')
  const view = errno === ER_VIEW_INVALID ? /View '(mysql\.\w+)'.*lack rights/i.exec(message)?.[1] : undefined
  return view === undefined ? missingPrivilege(cause, user) : `SELECT on ${view} and the tables behind it, and PROCESS`
}

/** A wait that could not be proven, or not be seen: its report lists what could not be asked about it, and why. */
function unseenFor(message: string): string | undefined {
  if (/^\s*blocked by\s/m.test(message)) return undefined
  const ddl = SCHEMA_CHANGE.test(message)
  const reasons = [...message.matchAll(/^\s*not asked:?\s+(\w+): (.*(?:denied|privilege).*)$/gim)]
  const about = reasons.filter(([, view = '']) => ddl || !/^tidb_(?:ddl_job|mdl_info)$/.test(view))
  if (about.length === 0) return undefined
  return [...new Set(about.map(([, , reason = '']) => inWords(reason, 'SELECT FROM mysql.')))].join(', ')
}

/** The line of a report that shows session and statement. */
const SCHEMA_CHANGE = /^\s*(?:session )?\S+[>:] (?:alter|create|drop|rename|truncate)\b/im

/** A statement that failed, but with another error than its test wanted: the last column of the report is its own. */
function insteadOf(message: string): ReportedError | undefined {
  if (!message.startsWith('the statement failed with another error than')) return undefined
  const [, session = '', sql = ''] = /^ *(\S+)> (.*)$/m.exec(message) ?? []
  // Sessions of accounts that a test has made are named after them, and those after its database.
  if (session.startsWith('vitest_tidb_')) return undefined
  const own = (row: string): string | undefined =>
    new RegExp(`^[ ≠]*${row} (?:.* {2,})?(\\S.*?) *$`, 'm').exec(message)?.[1]
  return { errno: Number(own('errno')), message: own('message') ?? '', sql }
}

function inWords(message: string, sql: string): string {
  const named =
    /at least one of\) the (.+?) privilege/i.exec(message)?.[1] ??
    /privilege check for '([^']+)' fail/i.exec(message)?.[1]
  if (named !== undefined) return named.toUpperCase()
  const [, command, table] = /^([A-Z ]+) command denied to user \S+ for table '([^']*)'/i.exec(message) ?? []
  // Names of a test's own tables say nothing: what it may do in its database is granted for all of them.
  if (command !== undefined) return /\bmysql`?\./i.test(sql) ? `${command} on mysql.${table}` : command
  const database = /to database '([^']*)'/i.exec(message)?.[1]
  const verb = /^\s*(\w+(?:\s+(?:TEMPORARY|DATABASE|TABLES?|USER|VIEW|INDEX|ROLE|SCHEMA|SEQUENCE)\b)*)/i
    .exec(sql)?.[1]
    ?.toUpperCase()
  // Whoever connects to a database, or uses it, needs no certain privilege, but one.
  if (verb === undefined && database !== undefined) return `any privilege on the database ${database}`
  const statement = verb === undefined ? 'what this statement needs' : `what ${verb} needs`
  if (database === undefined) return statement
  return database.startsWith('vitest_tidb_') ? `${statement} on ${OURS}` : `${statement} on the database ${database}`
}
