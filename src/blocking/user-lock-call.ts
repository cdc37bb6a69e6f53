import { SqlScan } from './sql-scan.ts'

/** The name of the lock that a statement asks for, when it does nothing else: SELECT GET_LOCK('x', 10). */
export function wantedUserLock(sql: string): string | undefined {
  const scan = SqlScan.of(sql)
  if (scan === undefined || !(scan.take('SELECT') || scan.take('DO')) || !scan.take('GET_LOCK')) return undefined
  const [name] = scan.parenthesized()?.split(',') ?? []
  if (scan.take('AS')) scan.name()
  const [token, another] = name?.tokens ?? []
  return scan.done && token?.type === 'string' && another === undefined ? token.value : undefined
}
