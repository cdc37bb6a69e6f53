import { escapeId } from 'mysql2'
import type { Endpoint } from '../connections/endpoint.ts'
import { AdminConnection, type AdminConnecting } from '../databases/admin-connection.ts'
import { leasedDatabaseName, newRunId } from '../databases/database-name.ts'
import { RunLock } from '../databases/run-lock.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'

/**
 * Does work on a database of its own, which is dropped whatever comes of the work. When this process is killed, the next
 * test run on the server drops it.
 *
 * @throws DatabaseError `DATABASE_NOT_CREATED`, ConnectError, and what the work throws
 */
export async function withTemporaryDatabase<R>(
  endpoint: Endpoint,
  work: (database: string) => Promise<R>,
  connecting: AdminConnecting = {},
): Promise<R> {
  const admin = await AdminConnection.open(endpoint, connecting)
  const run = newRunId()
  const lock = new RunLock(run)
  const database = leasedDatabaseName(run, 1)
  try {
    // Others on this server would take it for one that a dead run has left.
    await lock.take(admin, () => undefined)
    await create(admin, database)
    try {
      return await work(database)
    } finally {
      await admin.run(`DROP DATABASE IF EXISTS ${escapeId(database, true)}`)
    }
  } finally {
    lock.stopRenewing()
    admin.close()
  }
}

async function create(admin: AdminConnection, database: string): Promise<void> {
  try {
    await admin.run(`CREATE DATABASE ${escapeId(database, true)}`)
  } catch (error) {
    throw new DatabaseError('DATABASE_NOT_CREATED', `The database ${database} can't be created: ${messageOf(error)}`, {
      cause: error,
      remedy: 'This needs a user who may create databases: GRANT ALL ON `vitest\\_tidb\\_%`.* TO …',
    })
  }
}
