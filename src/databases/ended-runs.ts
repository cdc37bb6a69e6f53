import { escapeId } from 'mysql2'
import type { AdminConnection } from './admin-connection.ts'
import { keptMarkerOf, runOfDatabase } from './database-name.ts'
import { ifRunHasEnded } from './run-lock.ts'

/**
 * Drops the databases of runs that died before they could (SIGKILL, power loss). A run that lives holds its lock and is left
 * alone; so is a database that was kept for somebody to look at, and every name that this toolkit does not give.
 *
 * @returns the databases that were dropped.
 */
export async function dropDatabasesOfEndedRuns(admin: AdminConnection, ownRun: string): Promise<string[]> {
  const databases = (await admin.run('SHOW DATABASES')).map((row) => String(row['Database']))
  const present = new Set(databases)
  const byRun = new Map<string, string[]>()
  for (const database of databases) {
    const run = runOfDatabase(database)
    if (run === undefined || run === ownRun || present.has(keptMarkerOf(database))) continue
    byRun.set(run, [...(byRun.get(run) ?? []), database])
  }
  const dropped: string[] = []
  for (const [run, left] of byRun) {
    await ifRunHasEnded(admin, run, async () => {
      for (const database of left) {
        await admin.run(`DROP DATABASE IF EXISTS ${escapeId(database, true)}`)
        dropped.push(database)
      }
    })
  }
  return dropped
}
