import type { Endpoint } from '../connections/endpoint.ts'
import { openWire, sessionOver, type OpenSessionOptions } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import type { Wire } from '../connections/wire.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { adoptSettings, type MeaningfulSettings } from './adopt-settings.ts'

const PREFIX = 'vitest_tidb_reference_'

/** A clean database on the reference, and a session on it. */
export interface ReferenceDatabase {
  readonly session: Session
  readonly database: string
  /** Ends the session, and drops the database. */
  close(): Promise<void>
}

/**
 * Makes a database that lives as long as its session: a lock of its name shows others that it is in use, and falls with
 * the connection, however that ends.
 *
 * @param schema statements for the database
 * @throws ConnectError; DatabaseError `DATABASE_REFERENCE`, `DATABASE_REFERENCE_SCHEMA`
 */
export async function openReferenceDatabase(
  options: OpenSessionOptions,
  settings: MeaningfulSettings,
  schema: readonly string[] = [],
): Promise<ReferenceDatabase> {
  const database = `${PREFIX}${crypto.randomUUID().slice(-12)}`
  const open = await openWire(options)
  const { wire } = open
  const close = async (): Promise<void> => {
    await wire.close()
    await onServer(options.endpoint, (other) => other.send(`DROP DATABASE IF EXISTS ${database}`))
  }
  try {
    await create(wire, database, settings, options.name)
    for (const statement of schema) await apply(wire, statement, options.name)
  } catch (error) {
    await close()
    throw error
  }
  const session = sessionOver({ ...open, database }, options)
  return {
    session,
    database,
    async close() {
      // A statement of the test may be under way, or a transaction hold what is to be dropped.
      await session.close()
      await close()
    },
  }
}

/** Drops the databases whose session is gone. @throws ConnectError */
export async function dropAbandonedDatabases(endpoint: Endpoint): Promise<void> {
  await onServer(endpoint, async (wire) => {
    for (const name of await column(wire, `SHOW DATABASES LIKE '${PREFIX.replaceAll('_', '\\_')}%'`)) {
      if (!/^\w+$/.test(name)) continue
      const [free] = await column(wire, `SELECT GET_LOCK('${name}', 0)`)
      if (free !== '1') continue
      await wire.send(`DROP DATABASE IF EXISTS ${name}; DO RELEASE_LOCK('${name}')`)
    }
  })
}

async function create(wire: Wire, database: string, settings: MeaningfulSettings, name: string): Promise<void> {
  const collation = settings.collationDatabase
  try {
    await wire.send(`DO GET_LOCK('${database}', 0)`)
    await wire.send(`CREATE DATABASE ${database} COLLATE ${collation}; USE ${database}`)
    await adoptSettings(wire, settings)
  } catch (error) {
    throw new DatabaseError(
      'DATABASE_REFERENCE',
      `no database with the collation ${collation} can be made on ${name}: ${messageOf(error)}`,
      { cause: error, remedy: `Its user needs all privileges on \`${PREFIX}%\`.*.` },
    )
  }
}

async function apply(wire: Wire, statement: string, name: string): Promise<void> {
  try {
    await wire.send(statement)
  } catch (error) {
    throw new DatabaseError(
      'DATABASE_REFERENCE_SCHEMA',
      `${name} does not take the schema that the test's database has: ${messageOf(error)}\n  ${statement}`,
      {
        cause: error,
        remedy: 'Put what TiDB alone knows into its comments (/*T! … */), or compare in tests without this schema.',
      },
    )
  }
}

async function onServer(endpoint: Endpoint, work: (wire: Wire) => Promise<unknown>): Promise<void> {
  const { wire } = await openWire({ endpoint })
  try {
    await work(wire)
  } finally {
    await wire.close()
  }
}

async function column(wire: Wire, question: string): Promise<string[]> {
  const [reply] = await wire.send(question)
  return reply !== undefined && 'rows' in reply ? reply.rows.map((row) => String(Object.values(row)[0])) : []
}
