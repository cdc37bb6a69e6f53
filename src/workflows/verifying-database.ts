import { DatabaseError } from '../errors/database-error.ts'
import type { StepContext } from './workflow-context.ts'

/**
 * Sees that the database exists.
 *
 * @throws DatabaseError `DATABASE_MISSING`, StatementError
 */
export async function verifyingDatabase({ session, database }: StepContext): Promise<void> {
  if (database === undefined) return
  const found = await session.query`
    SELECT schema_name FROM information_schema.schemata WHERE LOWER(schema_name) = LOWER(${database})`
  if (found.length > 0) return
  throw new DatabaseError(
    'DATABASE_MISSING',
    `there is no database '${database}' on this server, or this user may not see it`,
    {
      remedy: 'Create it, name another (TIDB_DATABASE), or grant the user a privilege on it.',
      context: { database },
    },
  )
}
