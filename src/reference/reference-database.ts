import { randomBytes } from 'node:crypto'
import type { Endpoint } from '../connections/endpoint.ts'
import { openSession, type OpenSessionOptions } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import { sql } from '../connections/sql.ts'

const PREFIX = 'vitest_tidb_reference_'

/** A clean database on the reference, and a session on it. */
export interface ReferenceDatabase {
  readonly session: Session
  readonly database: string
  /** Drops it. */
  close(): Promise<void>
}

/**
 * Makes a database that lives as long as its session: a lock of its name shows others that it is in use, and falls with
 * the connection, however that ends.
 *
 * @param collation of the database, such as `utf8mb4_bin`
 * @throws ConnectError, StatementError
 */
export async function openReferenceDatabase(
  options: OpenSessionOptions,
  collation: string,
): Promise<ReferenceDatabase> {
  const database = `${PREFIX}${randomBytes(6).toString('hex')}`
  const session = await openSession(options)
  try {
    await session.query`SELECT GET_LOCK(${database}, 0) AS got`
    await session.run`CREATE DATABASE ${sql.id(database)} COLLATE ${sql.raw(wordOf(collation))}`
    await session.run`USE ${sql.id(database)}`
  } catch (error) {
    await session.close()
    throw error
  }
  return {
    session,
    database,
    async close() {
      // A statement of the test may be under way, and a transaction of it may hold what is to be dropped.
      await session.close()
      await dropDatabase(options.endpoint, database)
    },
  }
}

/** Drops the databases whose session is gone. @throws ConnectError, StatementError */
export async function dropAbandonedDatabases(endpoint: Endpoint): Promise<void> {
  const session = await openSession({ name: 'reference', endpoint })
  try {
    const found = await session.query<{ name: string }>`
      SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ${`${PREFIX}%`}`
    for (const { name } of found) {
      const [lock] = await session.query`SELECT GET_LOCK(${name}, 0) AS got`
      if (Number(lock?.['got']) !== 1) continue
      await session.run`DROP DATABASE IF EXISTS ${sql.id(name)}`
      await session.query`SELECT RELEASE_LOCK(${name}) AS released`
    }
  } finally {
    await session.close()
  }
}

async function dropDatabase(endpoint: Endpoint, database: string): Promise<void> {
  const session = await openSession({ name: 'reference', endpoint })
  try {
    await session.run`DROP DATABASE IF EXISTS ${sql.id(database)}`
  } finally {
    await session.close()
  }
}

/** @throws TypeError: it goes into a statement as it is */
function wordOf(name: string): string {
  if (/^\w+$/.test(name)) return name
  throw new TypeError(`${JSON.stringify(name)} is no name of a collation`)
}
