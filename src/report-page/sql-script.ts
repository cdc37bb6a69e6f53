import { splitStatements } from '../connections/sql-lexer.ts'
import type { StatementRecord, TestRecord } from '../report/test-record.ts'
import { oneLine } from './format.ts'

/** The statement with its values in the places of `?`. */
export function filledIn({ sql, values = [] }: Pick<StatementRecord, 'sql' | 'values'>): string {
  if (values.length === 0) return sql
  const places = splitStatements(sql)
    .flatMap(({ tokens }) => tokens)
    .filter(({ type, value }) => type === 'punctuation' && value === '?')
  let filled = ''
  let from = 0
  places.forEach(({ start, end }, index) => {
    filled += sql.slice(from, start) + (values[index] ?? '?')
    from = end
  })
  return filled + sql.slice(from)
}

/** Statements as a script that the mysql client runs. What each session sent is marked, and what could not be kept whole. */
export function sqlScript(title: string, record: TestRecord, statements: readonly StatementRecord[]): string {
  const several = new Set(statements.map(({ session }) => session)).size > 1
  const lines = [`-- ${oneLine(title)}`, `-- seed ${record.seed}`, "SET time_zone = '+00:00';"]
  for (const statement of statements) {
    const { session, error, cut } = statement
    if (several) lines.push('', `-- ${oneLine(record.sessions[session]?.name ?? '')}`)
    if (cut === true) lines.push('-- cut: too long for the report')
    if (error !== undefined) lines.push(`-- failed: ${oneLine(error)}`)
    lines.push(`${filledIn(statement).trim().replace(/;$/, '')};`)
  }
  return `${lines.join('\n')}\n`
}
