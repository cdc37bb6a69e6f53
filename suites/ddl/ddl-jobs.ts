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
 * Waits until a started DDL statement is blocked by a session whose transaction holds the metadata lock of its table, its
 * job in a certain schema state, if one is given. Resolves to the job's id.
 */
export async function jobBlockedBy(
  holder: Session,
  ddl: StartedStatement<unknown>,
  observer: Session,
  schemaState?: string,
): Promise<number> {
  await expect(ddl).toBeBlockedBy(holder)
  // Between two states of a job the view is empty for a moment. Source: docs.pingcap.com, "Metadata Lock".
  let id = 0
  const blocked = async (): Promise<number> => {
    const [row] = await observer.query<{ id: number }>`
      SELECT job_id AS id FROM mysql.tidb_mdl_view WHERE session_id = ${holder.connectionId}`
    id = row?.id ?? 0
    return id
  }
  await expect.poll(blocked, patiently).toBeGreaterThan(0)
  if (schemaState !== undefined) {
    await expect.poll(async () => (await jobOf(id, observer))?.schemaState, patiently).toBe(schemaState)
  }
  return id
}

/** Whether a started statement has not ended, blocked or not. */
export function isUnderWay({ status }: StartedStatement<unknown>): boolean {
  return status === 'running' || status === 'blocked'
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
