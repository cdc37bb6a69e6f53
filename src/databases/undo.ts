import { escape, escapeId } from 'mysql2'
import { accountsIn, createdAccounts, type Account } from './account-names.ts'
import { classifyStatements, setAssignments, type ClassifiedStatement } from './statement-kind.ts'

/** What must be read before a statement is sent, because nothing tells it afterwards. */
export interface StateToCapture {
  /** Lower-case names, for `SELECT @@GLOBAL.name`. */
  readonly globalVariables: readonly string[]
  /** For `SHOW GRANTS FOR …`: accounts whose privileges or roles the statement changes, quoted. */
  readonly grantees: readonly string[]
  /** The global bindings, also after the statement: its text does not tell whose database it meant, nor what it replaced. */
  readonly bindings?: true
}

/** What was read. A variable that does not exist, and an account that does not exist, is left out. */
export interface CapturedState {
  readonly globalVariables?: Readonly<Record<string, string | number | null>>
  /** The lines of SHOW GRANTS by quoted account. */
  readonly grants?: Readonly<Record<string, readonly string[]>>
  /** What SHOW GLOBAL BINDINGS says of each, by SQL digest. */
  readonly bindings?: Readonly<Record<string, string>>
}

export interface ExecutedStatement {
  readonly sql: string
  /** Taken just before it was sent. */
  readonly before?: CapturedState
  /** Taken just after its reply; only bindings are of use. */
  readonly after?: CapturedState
  /** Of the OK packet: CREATE … IF NOT EXISTS that created nothing has one. */
  readonly warnings?: number
}

export interface UndoPlan {
  /** To be run in this order on a session that may do what the test did. */
  readonly statements: readonly string[]
  /** Databases that the test made and that may still exist. They are dropped by statements too. */
  readonly createdDatabases: readonly string[]
  /** Statements whose effect on the server can't be undone, for a warning. */
  readonly notUndone: readonly string[]
}

/** Says what to read before `sql` is sent so that deriveUndo can restore it. Both lists are empty for nearly all statements. */
export function stateToCapture(sql: string): StateToCapture {
  const globalVariables = new Set<string>()
  const grantees = new Set<string>()
  let bindings = false
  for (const statement of classifyStatements(sql)) {
    if (statement.kind === 'set-global') for (const name of globalNames(statement)) globalVariables.add(name)
    if (isGrantOrRevoke(statement)) for (const account of accountsIn(statement.tokens)) grantees.add(account.quoted)
    bindings ||= statement.kind === 'global-binding'
  }
  return { globalVariables: [...globalVariables], grantees: [...grantees], ...(bindings ? { bindings } : {}) }
}

/** Whether a statement changes something that neither a rollback nor dropping the test's own database undoes. */
export function changesServer(sql: string): boolean {
  return classifyStatements(sql).some(
    ({ kind, tokens }) =>
      SERVER_WIDE.has(kind) && !(kind === 'account' && tokens[0]?.value === 'SET' && tokens[1]?.value === 'ROLE'),
  )
}

const SERVER_WIDE: ReadonlySet<string> = new Set([
  'create-database',
  'drop-database',
  'account',
  'set-global',
  'set-password',
  'global-binding',
  'resource-group',
  'placement-policy',
  'server',
])

/**
 * Derives what undoes the statements of a test on a server that others use too, last one first. Give it the statements
 * that succeeded, in order. Only what these statements created is dropped: CREATE … IF NOT EXISTS counts when it gave no
 * warning. `ownDatabase` is the leased one, which is recycled anyway.
 */
export function deriveUndo(executed: readonly ExecutedStatement[], ownDatabase?: string): UndoPlan {
  const undo: string[] = []
  const notUndone: string[] = []
  const databases = new Set<string>()
  const accounts = new Set<string>()
  const objects = new Set<string>()
  const restored = new Set<string>()
  const bindings = new Set<string>()

  for (const { sql, before, after, warnings } of executed) {
    const statements = classifyStatements(sql)
    for (const statement of statements) {
      const created = !hasWords(statement, 'IF', 'NOT', 'EXISTS') || warnings === 0
      const fail = (): void => void notUndone.push(statement.sql)
      switch (statement.kind) {
        case 'create-database': {
          const name = nameAfter(statement, /^(?:DATABASE|SCHEMA)$/u)
          if (name === undefined || name === ownDatabase || !created) break
          databases.add(name)
          undo.push(`DROP DATABASE IF EXISTS ${escapeId(name, true)}`)
          break
        }
        case 'drop-database': {
          const name = nameAfter(statement, /^(?:DATABASE|SCHEMA)$/u)
          if (name !== undefined && name !== ownDatabase && !databases.has(name)) fail()
          break
        }
        case 'set-global':
          for (const name of globalNames(statement)) {
            const value = before?.globalVariables?.[name]
            // The first statement saw the value from before the test; later ones saw the test's own.
            if (restored.has(`variable ${name}`)) continue
            restored.add(`variable ${name}`)
            if (value === undefined) fail()
            else undo.push(`SET GLOBAL ${escapeId(name, true)} = ${value === null ? 'DEFAULT' : escape(value)}`)
          }
          break
        case 'account':
          undoAccount(statement, created, before, fail)
          break
        case 'global-binding':
          undoBinding(before?.bindings, after?.bindings, fail)
          break
        case 'resource-group':
        case 'placement-policy': {
          const noun = statement.kind === 'resource-group' ? 'RESOURCE GROUP' : 'PLACEMENT POLICY'
          const name = nameAfter(statement, /^(?:GROUP|POLICY)$/u)
          if (name === undefined) fail()
          else if (statement.tokens[0]?.value === 'CREATE' && created) {
            objects.add(`${noun} ${name}`)
            undo.push(`DROP ${noun} IF EXISTS ${escapeId(name, true)}`)
          } else if (statement.tokens[0]?.value !== 'CREATE' && !objects.has(`${noun} ${name}`)) fail()
          break
        }
        case 'set-password':
        case 'server': {
          const target = accountsIn(statement.tokens)[0]
          if (target === undefined || !accounts.has(target.quoted)) fail()
          break
        }
        default:
      }
    }
  }
  return { statements: undo.toReversed(), createdDatabases: [...databases], notUndone }

  function undoBinding(before: CapturedState['bindings'], after: CapturedState['bindings'], fail: () => void): void {
    if (before === undefined || after === undefined) return fail()
    for (const digest of Object.keys(after)) {
      if (digest in before || bindings.has(digest)) continue
      bindings.add(digest)
      undo.push(`DROP GLOBAL BINDING FOR SQL DIGEST ${escape(digest)}`)
    }
    const others = Object.keys(before).filter((digest) => !bindings.has(digest))
    if (others.some((digest) => after[digest] !== before[digest])) fail()
  }

  function undoAccount(
    statement: ClassifiedStatement,
    created: boolean,
    before: CapturedState | undefined,
    fail: () => void,
  ): void {
    const [first, second] = statement.tokens.map((token) => token.value)
    const named = accountsIn(statement.tokens)
    if (first === 'CREATE') {
      if (!created) return
      for (const account of createdAccounts(statement.tokens)) {
        accounts.add(account.quoted)
        undo.push(`DROP ${second === 'ROLE' ? 'ROLE' : 'USER'} IF EXISTS ${account.quoted}`)
      }
    } else if (isGrantOrRevoke(statement)) {
      for (const account of named) restoreGrants(statement, account, before, fail)
    } else if (first === 'RENAME') {
      const pairs = renamed(named)
      for (const [from, to] of pairs) {
        if (accounts.has(from.quoted)) accounts.add(to.quoted)
        undo.push(`RENAME USER ${to.quoted} TO ${from.quoted}`)
      }
    } else if (named.some((account) => !accounts.has(account.quoted))) fail()
  }

  function restoreGrants(
    statement: ClassifiedStatement,
    account: Account,
    before: CapturedState | undefined,
    fail: () => void,
  ): void {
    if (accounts.has(account.quoted)) return
    const grants = before?.grants?.[account.quoted]
    if (!restored.has(`grants ${account.quoted}`)) {
      if (grants === undefined) return fail()
      restored.add(`grants ${account.quoted}`)
      undo.push(...grants.toReversed())
    }
    // REVOKE ALL PRIVILEGES leaves those on databases and tables in TiDB, so each grant is taken back by itself.
    undo.push(...inverseOfGrant(statement, account))
  }
}

function isGrantOrRevoke({ kind, tokens }: ClassifiedStatement): boolean {
  return kind === 'account' && (tokens[0]?.value === 'GRANT' || tokens[0]?.value === 'REVOKE')
}

/** `REVOKE …` for what a GRANT gave to one account; nothing for a REVOKE. */
function inverseOfGrant({ tokens, sql }: ClassifiedStatement, account: Account): string[] {
  const start = tokens[0]?.start ?? 0
  const to = tokens.find((token) => token.type === 'word' && token.value === 'TO')
  if (tokens[0]?.value !== 'GRANT' || to === undefined) return []
  const given = sql.slice('GRANT'.length, to.start - start).trim()
  const revoke = `REVOKE ${given} FROM ${account.quoted}`
  const on = tokens.find((token) => token.type === 'word' && token.value === 'ON')
  if (on === undefined || !hasWords({ tokens }, 'WITH', 'GRANT', 'OPTION')) return [revoke]
  return [revoke, `REVOKE GRANT OPTION ${sql.slice(on.start - start, to.start - start).trim()} FROM ${account.quoted}`]
}

function globalNames(statement: ClassifiedStatement): string[] {
  return setAssignments(statement.tokens)
    .filter(({ scope }) => scope === 'global')
    .map(({ name }) => name)
}

function renamed(accounts: readonly Account[]): [Account, Account][] {
  const pairs: [Account, Account][] = []
  for (let index = 0; index + 1 < accounts.length; index += 2) {
    pairs.push([accounts[index] as Account, accounts[index + 1] as Account])
  }
  return pairs
}

function hasWords({ tokens }: Pick<ClassifiedStatement, 'tokens'>, ...words: string[]): boolean {
  return tokens.some((_, index) => words.every((word, offset) => tokens[index + offset]?.value === word))
}

/** The identifier after a keyword and an optional IF [NOT] EXISTS, spelled as in the statement. */
function nameAfter({ tokens }: ClassifiedStatement, keyword: RegExp): string | undefined {
  let at = tokens.findIndex((token) => token.type === 'word' && keyword.test(token.value)) + 1
  if (tokens[at]?.value === 'IF' && /^(?:NOT|EXISTS)$/u.test(tokens[at + 1]?.value ?? '')) {
    at += tokens[at + 1]?.value === 'NOT' ? 3 : 2
  }
  const name = tokens[at]
  if (name === undefined) return undefined
  return name.type === 'word' ? name.text : name.value
}
