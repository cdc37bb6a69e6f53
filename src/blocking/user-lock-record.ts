import type { StatementReply } from '../connections/statement-hook.ts'
import { SqlScan } from './sql-scan.ts'
import { wantedUserLock } from './user-lock-call.ts'

/**
 * Who has which lock of GET_LOCK(), by what the server answered. TiDB tells nobody else: IS_USED_LOCK() takes a second,
 * and names connection 1 whoever it is (seen on 8.5).
 */
export class UserLockRecord {
  /** How often each connection has each lock: one that took it twice must release it twice. */
  readonly #counts = new Map<number, Map<string, number>>()

  holderOf(name: string): number | undefined {
    for (const [connectionId, locks] of this.#counts) if ((locks.get(name.toLowerCase()) ?? 0) > 0) return connectionId
    return undefined
  }

  /** A statement of this connection has ended. */
  note(connectionId: number, { sql, results }: StatementReply): void {
    if (!/\b(?:get_lock|release_lock|release_all_locks)\b/i.test(sql)) return
    const locks = this.#counts.get(connectionId) ?? new Map<string, number>()
    this.#counts.set(connectionId, locks)
    const taken = wantedUserLock(sql)?.toLowerCase()
    const released = releasedUserLock(sql)?.toLowerCase()
    if (taken === undefined && released === undefined) {
      // What it did with which lock can't be told, so nothing is known of them any more.
      locks.clear()
      return
    }
    if (!wasOne(results)) return
    if (taken !== undefined) locks.set(taken, (locks.get(taken) ?? 0) + 1)
    if (released !== undefined) locks.set(released, (locks.get(released) ?? 0) - 1)
  }
}

function releasedUserLock(sql: string): string | undefined {
  const scan = SqlScan.of(sql)
  if (scan === undefined || !scan.take('SELECT', 'RELEASE_LOCK')) return undefined
  const [token, another] = scan.parenthesized()?.tokens ?? []
  if (scan.take('AS')) scan.name()
  return scan.done && token?.type === 'string' && another === undefined ? token.value : undefined
}

/** Both functions answer 1 for: done. */
function wasOne(results: StatementReply['results']): boolean {
  const [reply, another] = results ?? []
  if (reply === undefined || another !== undefined || !('rows' in reply)) return false
  return Object.values(reply.rows[0] ?? {}).every((value) => Number(value) === 1)
}
