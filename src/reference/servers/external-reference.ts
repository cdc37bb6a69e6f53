import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import { addressOf } from '../../connections/endpoint.ts'
import { identifyReference } from '../identify-reference.ts'
import { dropAbandonedDatabases } from '../reference-database.ts'
import type { ReferenceStart, RunningReference } from '../reference-server.ts'

/**
 * A server that is there already. Nothing on it is touched but databases named `vitest_tidb_reference_…`.
 *
 * @throws BackendError `BACKEND_REFERENCE_CONNECT`
 */
export async function connectReference({ config, connectTimeout, signal }: ReferenceStart): Promise<RunningReference> {
  const { endpoint } = config
  try {
    const { product, version, name } = await identifyReference(endpoint, { connectTimeout, signal })
    await dropAbandonedDatabases(endpoint)
    const detail = addressOf(endpoint)
    // What a worker left that was killed.
    return { product, version, name, endpoint, detail, stop: () => dropAbandonedDatabases(endpoint) }
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new BackendError(
      'BACKEND_REFERENCE_CONNECT',
      `The reference at ${addressOf(endpoint)} cannot be used: ${messageOf(error)}`,
      { cause: error, remedy: 'Check reference.host, port, user and password, or reference.url (TIDB_REFERENCE_URL).' },
    )
  }
}
