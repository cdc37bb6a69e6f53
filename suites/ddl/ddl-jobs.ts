import { expect, type Session, type StartedStatement } from 'vitest-tidb'

/** A row of `information_schema.ddl_jobs`. Source: docs.pingcap.com, "ADMIN SHOW DDL [JOBS|QUERIES]". */
export interface DdlJob {
  readonly id: number
  /** `running`, `paused`, `cancelling`, `rollback done`, `synced`, … */
  readonly state: string
  /** How far the object is: `delete only`, `write only`, `write reorganization`, `public`, `none`. */
  readonly schemaState: string
}

/** Waiting is for the server's own state; the time only bounds it on a busy machine. */
export const patiently = { interval: 10, timeout: 20_000 }

/**
 * Waits until the job of a started DDL statement stands still because of a transaction, which holds the metadata lock of
 * its table; in a certain schema state, if one is given. Resolves to the job's id.
 * Source: docs.pingcap.com, "Metadata Lock".
 */
export async function jobBlockedBy(
  holder: Session,
  ddl: StartedStatement<unknown>,
  observer: Session,
  schemaState?: string,
): Promise<number> {
  let id = 0
  const look = async (): Promise<string> => {
    if (ddl.status !== 'running') return 'ended'
    const [blocked] = await observer.query<{ id: number }>`
      SELECT job_id AS id FROM mysql.tidb_mdl_view WHERE session_id = ${holder.connectionId}`
    if (blocked === undefined) return 'not blocked'
    id = blocked.id
    const state = (await jobOf(id, observer))?.schemaState ?? 'not listed'
    return schemaState === undefined || state === schemaState ? 'blocked' : state
  }
  // A poll takes a refusal for something that passes; the first look does not.
  await look()
  await expect.poll(look, patiently).toMatch(/^(?:blocked|ended)$/)
  if (ddl.status !== 'running') {
    await ddl.result()
    throw new Error(`session '${ddl.session.name}' did not wait for '${holder.name}': ${ddl.sql}`)
  }
  return id
}

export async function jobOf(id: number, observer: Session): Promise<DdlJob | undefined> {
  const [job] = await observer.query<{ id: number; state: string; schemaState: string }>`
    SELECT job_id AS id, state, schema_state AS schemaState FROM information_schema.ddl_jobs WHERE job_id = ${id}`
  return job
}

/** Waits until a DDL job has reached a state. */
export async function jobReaches(id: number, state: string, observer: Session): Promise<void> {
  await expect.poll(async () => (await jobOf(id, observer))?.state, patiently).toBe(state)
}
