import { StatementError } from '../errors/statement-error.ts'
import { addRemark, messageOf } from '../errors/tidb-test-error.ts'
import { cycleOf, readDeadlocks } from './deadlock.ts'
import type { Endpoint } from './endpoint.ts'
import type { GuardedWire } from './guarded-wire.ts'
import type { SessionSettings } from './session-settings.ts'
import type { SqlRow } from './sql.ts'
import { Wire, type WireReply } from './wire.ts'

const ER_LOCK_DEADLOCK = 1213
/** Milliseconds for a connection of its own. */
const CONNECT_TIMEOUT = 2_000

/**
 * Adds its cycle to the failure of a deadlock's victim. At once, since TiDB keeps only the last few deadlocks; what
 * keeps the cycle from being read is told in its place, and is never a failure of its own.
 */
export async function explainDeadlock(failure: unknown, wire: GuardedWire, settings: SessionSettings): Promise<void> {
  if (!(failure instanceof StatementError) || failure.errno !== ER_LOCK_DEADLOCK) return
  const source = settings.deadlocks ?? { ask: (text) => askOnce(settings.endpoint, text), nameOf: () => undefined }
  try {
    const [records, transaction] = await Promise.all([readDeadlocks(source), lastTransaction(wire)])
    const victim = transaction === undefined ? undefined : { transaction, session: settings.name }
    const cycle = victim === undefined ? [] : cycleOf(victim, records, source)
    if (cycle.length > 0) failure.explainDeadlock(cycle)
    else addRemark(failure, 'TiDB kept no record of its cycle in information_schema.deadlocks.')
  } catch (error) {
    const [reason] = messageOf(error).split('\n')
    addRemark(failure, `Its cycle could not be read: ${reason ?? ''}`)
  }
}

/** The transaction is rolled back by now; what TiDB keeps of the session's last statement still has its timestamp. */
async function lastTransaction(wire: GuardedWire): Promise<string | undefined> {
  // Source: https://docs.pingcap.com/tidb/stable/system-variables#tidb_last_query_info-new-in-v4014
  const [info = []] = rowsOf(await wire.ask('SELECT @@tidb_last_query_info AS info'))
  // A timestamp is beyond the integers that JSON.parse keeps exact.
  return /"start_ts":\s*(\d+)/.exec(String(info[0]?.['info']))?.[1]
}

async function askOnce(endpoint: Endpoint, text: string): Promise<readonly SqlRow[][]> {
  const wire = await Wire.connect(endpoint, { timeout: CONNECT_TIMEOUT })
  try {
    return rowsOf(await wire.send(text))
  } finally {
    await wire.close()
  }
}

function rowsOf(replies: readonly WireReply[]): SqlRow[][] {
  return replies.map((reply) => ('rows' in reply ? reply.rows : []))
}
