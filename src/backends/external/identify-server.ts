import { openWire } from '../../connections/open-session.ts'
import type { Wire } from '../../connections/wire.ts'
import type { Endpoint } from '../../connections/endpoint.ts'
import type { RunningBackend } from '../backend.ts'

export interface ServerIdentity {
  readonly version: string
  readonly store: RunningBackend['store']
}

/** ER_SP_DOES_NOT_EXIST: what a server says to a function that it does not have. */
const UNKNOWN_FUNCTION = 1305

/**
 * Logs in and asks the server what it is.
 *
 * @throws ConnectError
 */
export async function identifyServer(
  endpoint: Endpoint,
  options: { database?: string; connectTimeout: number; signal?: AbortSignal },
): Promise<ServerIdentity> {
  const { wire } = await openWire({ endpoint, ...options })
  try {
    return { version: await ask(wire, 'SELECT VERSION()'), store: await storeOf(wire) }
  } finally {
    await wire.close()
  }
}

/** TIDB_VERSION() needs no privilege, unlike information_schema.cluster_info, and ends in a line `Store: tikv`. */
async function storeOf(wire: Wire): Promise<ServerIdentity['store']> {
  try {
    const description = await ask(wire, 'SELECT TIDB_VERSION()')
    return /^Store: unistore$/m.test(description) ? 'unistore' : 'tikv'
  } catch (error) {
    if (error instanceof Error && 'errno' in error && error.errno === UNKNOWN_FUNCTION) return 'other'
    throw error
  }
}

async function ask(wire: Wire, question: string): Promise<string> {
  const [reply] = await wire.send(question)
  const row = reply !== undefined && 'rows' in reply ? reply.rows[0] : undefined
  return String(Object.values(row ?? {})[0] ?? '')
}
