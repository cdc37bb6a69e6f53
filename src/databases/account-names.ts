import { escape } from 'mysql2'
import { splitAtCommas } from './statement-kind.ts'
import type { Token } from '../connections/sql-lexer.ts'

export interface Account {
  readonly user: string
  readonly host: string
  /** `'user'@'host'`, safe to put into SQL. */
  readonly quoted: string
}

/**
 * Accounts and roles that an account statement is about: those after CREATE USER, ALTER USER, DROP ROLE and the like, those
 * after the TO or FROM of GRANT and REVOKE. `CURRENT_USER` and random passwords are not resolved.
 */
export function accountsIn(tokens: readonly Token[]): Account[] {
  const [first, second] = tokens.map((token) => token.value)
  if (first === 'GRANT' || first === 'REVOKE') {
    const before = tokens.findIndex(
      (token) => token.type === 'word' && (token.value === 'TO' || token.value === 'FROM'),
    )
    return before === -1 ? [] : accountsOf(tokens.slice(before + 1))
  }
  if (first === 'SET') {
    const after = tokens.findIndex((token) => token.type === 'word' && (token.value === 'FOR' || token.value === 'TO'))
    return after === -1 ? [] : accountsOf(tokens.slice(after + 1))
  }
  if (second !== 'USER' && second !== 'ROLE') return []
  return createdAccounts(tokens)
}

/** Accounts of CREATE, ALTER, DROP and RENAME USER or ROLE. */
export function createdAccounts(tokens: readonly Token[]): Account[] {
  let at = 2
  if (tokens[at]?.value === 'IF') at += tokens[at + 1]?.value === 'NOT' ? 3 : 2
  return accountsOf(tokens.slice(at))
}

function accountsOf(tokens: readonly Token[]): Account[] {
  const found: Account[] = []
  for (const part of splitAtCommas(tokens)) {
    const account = accountAt(part)
    if (account === undefined) continue
    found.push(account)
    const to = part.findIndex((token) => token.type === 'word' && token.value === 'TO')
    const second = to > 0 ? accountAt(part.slice(to + 1)) : undefined
    if (second !== undefined) found.push(second)
  }
  return found
}

/** Words that can follow a comma in an account statement without being an account. */
const OPTIONS = /^(?:IDENTIFIED|REQUIRE|WITH|PASSWORD|ACCOUNT|COMMENT|ATTRIBUTE|RESOURCE|GRANT|CURRENT_USER)$/u

function accountAt(tokens: readonly Token[]): Account | undefined {
  const [name, next, after] = tokens
  if (name === undefined || name.type === 'punctuation' || name.type === 'variable') return undefined
  if (name.type === 'word' && OPTIONS.test(name.value)) return undefined
  // An unquoted name keeps its case in TiDB; the lexer gives words in upper case, so names come from `text`.
  const user = name.type === 'word' ? name.text : name.value
  let host = '%'
  if (next?.type === 'variable' && next.start === name.end) host = next.value.slice(1)
  else if (next?.value === '@' && after !== undefined) host = after.type === 'word' ? after.text : after.value
  return { user, host, quoted: `${escape(user)}@${escape(host)}` }
}
