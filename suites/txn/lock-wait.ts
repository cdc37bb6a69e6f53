import { expect, type Session, type StartedStatement } from 'vitest-tidb'

/**
 * Resolves once the statement's session waits for a lock, as TiDB itself reports it.
 *
 * @param observer a session that does not wait for anything itself
 */
export async function untilLockWaiting(observer: Session, statement: StartedStatement): Promise<void> {
  const { connectionId } = statement.session
  const state = async (): Promise<string> => {
    if (statement.status !== 'running') return `the statement is ${statement.status}`
    const [transaction] = await observer.query<{ state: string }>`
      SELECT state AS state FROM information_schema.cluster_tidb_trx WHERE session_id = ${connectionId}`
    return transaction?.state ?? 'no transaction'
  }
  await expect.poll(state, { interval: 10, timeout: 10_000 }).toBe('LockWaiting')
}
