import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseError } from '../errors/database-error.ts'
import type { AdminConnection } from './admin-connection.ts'

/** How long a killed connection may take to roll back and go. */
const DEADLINE_MS = 10_000
/**
 * TiDB brings its process list up to date a moment after the reply: a connection that was just closed, or has just moved to
 * another database by USE, still stands there as it was. Who leaves by himself within this time was not open.
 */
const GRACE_MS = 100
const ER_NO_SUCH_THREAD = 1094

export interface ProcessFilter {
  /** Only connections whose current database is this one. */
  readonly database?: string
  /** Ids of further connections of the toolkit's own. */
  readonly spare?: readonly string[]
}

/**
 * Kills connections that don't go by themselves and waits until they have left the process list, which TiDB lets them do after they rolled back.
 *
 * @returns how many there were.
 * @throws DatabaseError `DATABASE_CONNECTIONS_STAY` when some are still there after 10 seconds.
 */
export async function endConnections(admin: AdminConnection, filter: ProcessFilter = {}): Promise<number> {
  const killed = new Set<string>()
  const begun = Date.now()
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    const present = await connectionsOf(admin, filter)
    if (present.length === 0) return killed.size
    if (Date.now() - begun >= GRACE_MS) {
      for (const id of present.filter((each) => !killed.has(each))) {
        await kill(admin, id)
        killed.add(id)
      }
    }
    if (Date.now() - begun > DEADLINE_MS) {
      throw new DatabaseError(
        'DATABASE_CONNECTIONS_STAY',
        `${present.length} connections were killed but are still there after ${DEADLINE_MS / 1000} s: ${present.join(', ')}`,
        {
          remedy:
            'Look at them with SHOW FULL PROCESSLIST; a user without the privilege CONNECTION_ADMIN kills only its own.',
        },
      )
    }
    await delay(wait)
  }
}

async function connectionsOf(admin: AdminConnection, { database, spare = [] }: ProcessFilter): Promise<string[]> {
  // Costs 0.2 ms, a third of the same from information_schema.processlist.
  const rows = await admin.run('SHOW PROCESSLIST')
  return rows
    .filter((row) => row['User'] !== 'system user' && (database === undefined || row['db'] === database))
    .map((row) => String(row['Id']))
    .filter((id) => id !== admin.connectionId && !spare.includes(id))
}

async function kill(admin: AdminConnection, id: string): Promise<void> {
  try {
    await admin.run(`KILL ${id}`)
  } catch (error) {
    // It ended by itself between the list and the kill.
    if ((error as { errno?: number }).errno !== ER_NO_SUCH_THREAD) throw error
  }
}
