import type { Session } from './session.ts'

/**
 * Closes several sessions, and first ends the statements of all. A statement that waits for another one's lock must not
 * get it just when it is killed: a TiDB whose idle session, with locked rows, meets a KILL may end as a whole.
 * Source: https://github.com/pingcap/tidb/issues/63956.
 */
export async function closeSessions(sessions: readonly Session[]): Promise<void> {
  await Promise.all(sessions.map((session) => session.halt()))
  await Promise.all(sessions.map((session) => session.close()))
}
