import type { Question } from './question.ts'

/** A connection, as information_schema.processlist has it. */
export interface Process {
  readonly id: number
  readonly user: string
  readonly database: string
  /** What it runs; undefined while it runs nothing. */
  readonly sql: string | undefined
  /** Whole seconds for which it has been in this state. */
  readonly seconds: number
}

/** Source: https://docs.pingcap.com/tidb/stable/information-schema-processlist. Without PROCESS it has one's own user's only. */
export function processes(everyServer: boolean): Question<readonly Process[]> {
  const table = everyServer ? 'cluster_processlist' : 'processlist'
  return {
    sql: `SELECT id, user, db, info, time FROM information_schema.${table}`,
    read: (rows) =>
      rows.map((row) => ({
        id: Number(row['id']),
        user: String(row['user']),
        database: String(row['db'] ?? ''),
        sql: row['info'] === null || row['info'] === undefined ? undefined : String(row['info']),
        seconds: Number(row['time']),
      })),
  }
}

/** Bytes of the server's memory that statements take, by their connections. */
export function statementMemory(
  connections: readonly number[],
  everyServer: boolean,
): Question<ReadonlyMap<number, number>> {
  const table = everyServer ? 'cluster_processlist' : 'processlist'
  return {
    sql: `SELECT id, mem FROM information_schema.${table} WHERE id IN (${connections.join(', ')})`,
    read: (rows) => new Map(rows.map((row) => [Number(row['id']), Number(row['mem'] ?? 0)])),
  }
}
