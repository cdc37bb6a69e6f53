import { splitStatements, type LexedStatement, type Token } from '../connections/sql-lexer.ts'

/** What a statement does to transactions and to the server as a whole; read from its leading keywords, not from a grammar. */
export type StatementKind =
  | 'query'
  | 'dml'
  | 'ddl'
  | 'temporary-table'
  | 'create-database'
  | 'drop-database'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'rollback-to-savepoint'
  | 'savepoint'
  | 'set'
  | 'set-autocommit'
  | 'set-global'
  | 'set-password'
  | 'account'
  | 'global-binding'
  | 'session-binding'
  | 'resource-group'
  | 'placement-policy'
  | 'lock-tables'
  | 'prepare'
  | 'execute'
  | 'deallocate'
  | 'use'
  | 'kill'
  | 'server'
  | 'other'

export interface ClassifiedStatement extends LexedStatement {
  readonly kind: StatementKind
}

/** Classifies each statement of a text. Empty for a text that holds only comments. */
export function classifyStatements(sql: string): ClassifiedStatement[] {
  return splitStatements(sql).map((statement) => ({ ...statement, kind: kindOf(statement.tokens) }))
}

const BY_FIRST_WORD: Readonly<Record<string, StatementKind>> = {
  SELECT: 'query',
  SHOW: 'query',
  DESC: 'query',
  DESCRIBE: 'query',
  TABLE: 'query',
  VALUES: 'query',
  INSERT: 'dml',
  REPLACE: 'dml',
  UPDATE: 'dml',
  DELETE: 'dml',
  TRUNCATE: 'ddl',
  RENAME: 'ddl',
  RECOVER: 'ddl',
  FLASHBACK: 'ddl',
  BEGIN: 'begin',
  COMMIT: 'commit',
  SAVEPOINT: 'savepoint',
  GRANT: 'account',
  REVOKE: 'account',
  PREPARE: 'prepare',
  EXECUTE: 'execute',
  DEALLOCATE: 'deallocate',
  USE: 'use',
  KILL: 'kill',
  SHUTDOWN: 'server',
  RESTART: 'server',
  BACKUP: 'server',
  RESTORE: 'server',
}

function kindOf(tokens: readonly Token[]): StatementKind {
  const words = leadingWords(tokens)
  const [first = '', second = '', third = ''] = words
  switch (first) {
    case 'START':
      return second === 'TRANSACTION' ? 'begin' : 'other'
    case 'ROLLBACK':
      return words.includes('TO') ? 'rollback-to-savepoint' : 'rollback'
    case 'RELEASE':
      return second === 'SAVEPOINT' ? 'savepoint' : 'other'
    case 'LOCK':
    case 'UNLOCK':
      return second === 'TABLES' || second === 'TABLE' ? 'lock-tables' : 'other'
    case 'LOAD':
      return second === 'DATA' ? 'dml' : 'other'
    case 'WITH':
      return words.some((word) => word === 'UPDATE' || word === 'DELETE') ? 'dml' : 'query'
    case 'EXPLAIN':
    case 'TRACE':
      return words.some((word) => BY_FIRST_WORD[word] === 'dml') ? 'dml' : 'query'
    case 'DROP':
      if (second === 'PREPARE') return 'deallocate'
      return kindOfDefinition(words, second, third)
    case 'CREATE':
    case 'ALTER':
      return kindOfDefinition(words, second, third)
    case 'RENAME':
      return second === 'USER' ? 'account' : 'ddl'
    case 'SET':
      return kindOfSet(tokens, second, third)
    case 'ADMIN':
    case 'FLUSH':
      return 'other'
    default:
      return tokens[0]?.value === '(' ? 'query' : (BY_FIRST_WORD[first] ?? 'other')
  }
}

function kindOfDefinition(words: readonly string[], second: string, third: string): StatementKind {
  if (second === 'USER' || second === 'ROLE') return 'account'
  if (second === 'RESOURCE' && third === 'GROUP') return 'resource-group'
  if (second === 'PLACEMENT' && third === 'POLICY') return 'placement-policy'
  if (second === 'GLOBAL' && third === 'BINDING') return 'global-binding'
  if (second === 'BINDING' || (second === 'SESSION' && third === 'BINDING')) return 'session-binding'
  // ALTER INSTANCE reloads certificates, ALTER RANGE moves placement of the whole cluster.
  if (second === 'INSTANCE' || second === 'RANGE') return 'server'
  if (second === 'DATABASE' || second === 'SCHEMA') {
    if (words[0] === 'CREATE') return 'create-database'
    return words[0] === 'DROP' ? 'drop-database' : 'ddl'
  }
  // Local temporary tables don't commit; global temporary tables are ordinary DDL.
  return second === 'TEMPORARY' ? 'temporary-table' : 'ddl'
}

function kindOfSet(tokens: readonly Token[], second: string, third: string): StatementKind {
  if (second === 'PASSWORD') return 'set-password'
  if (second === 'DEFAULT' && third === 'ROLE') return 'account'
  if (second === 'CONFIG') return 'server'
  const assignments = setAssignments(tokens)
  if (assignments.some((assignment) => assignment.scope === 'global')) return 'set-global'
  if (assignments.some((assignment) => assignment.name === 'autocommit')) return 'set-autocommit'
  return 'set'
}

export interface SetAssignment {
  readonly scope: 'global' | 'session' | 'user'
  /** Lower-case name of a system variable; name of a user variable with its `@`. */
  readonly name: string
  readonly value: readonly Token[]
}

/** What a SET statement assigns. A GLOBAL that stands before one assignment is taken to hold for those after it that name no scope. */
export function setAssignments(tokens: readonly Token[]): SetAssignment[] {
  const assignments: SetAssignment[] = []
  let scope: SetAssignment['scope'] = 'session'
  for (const part of splitAtCommas(tokens.slice(1))) {
    let [head, ...rest] = part
    if (head?.type === 'word' && /^(?:GLOBAL|PERSIST|PERSIST_ONLY|SESSION|LOCAL|INSTANCE)$/u.test(head.value)) {
      scope = head.value === 'SESSION' || head.value === 'LOCAL' ? 'session' : 'global'
      ;[head, ...rest] = rest
    }
    if (head === undefined) continue
    if (head.type === 'variable') {
      const system = /^@@(?:(global|persist|persist_only|session|local|instance)\.)?(.*)$/iu.exec(head.value)
      if (system === null) assignments.push({ scope: 'user', name: head.value.toLowerCase(), value: afterEquals(rest) })
      else {
        let name = system[2] ?? ''
        // @@GLOBAL.`quoted` reads as a variable that ends in a dot, then an identifier.
        if (name === '' && rest[0]?.type === 'quoted-identifier') {
          name = rest[0].value
        }
        const prefix = system[1]?.toLowerCase() ?? ''
        assignments.push({
          scope: prefix === '' || prefix === 'session' || prefix === 'local' ? 'session' : 'global',
          name: name.toLowerCase(),
          value: afterEquals(rest),
        })
      }
    } else {
      assignments.push({ scope, name: head.value.toLowerCase(), value: afterEquals(rest) })
    }
  }
  return assignments
}

function afterEquals(tokens: readonly Token[]): readonly Token[] {
  const equals = tokens.findIndex((token) => token.type === 'punctuation' && token.value === '=')
  return equals === -1 ? tokens : tokens.slice(equals + 1)
}

/** Splits tokens at commas that stand outside of parentheses. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.type === 'punctuation') {
      if (token.value === '(') depth += 1
      if (token.value === ')') depth -= 1
      if (token.value === ',' && depth === 0) {
        parts.push([])
        continue
      }
    }
    parts.at(-1)?.push(token)
  }
  return parts.filter((part) => part.length > 0)
}

/** Words in order, without OR REPLACE, ALGORITHM = … and the like, which nothing here looks at; GLOBAL TEMPORARY keeps its GLOBAL. */
function leadingWords(tokens: readonly Token[]): string[] {
  const words: string[] = []
  for (const token of tokens) {
    if (token.type === 'word') words.push(token.value)
    else if (words.length === 0 && token.value !== '(') break
  }
  return words
}
