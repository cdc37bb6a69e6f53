import type { RunningBackend, Schema } from '../backends/backend.ts'
import type { AdminConnecting } from './admin-connection.ts'
import type { ReferenceGrant } from './reference-grant.ts'

export interface BrokerOptions {
  /** Called at the first request, and again only if it failed. The broker stops what it returns. */
  readonly backend: () => Promise<RunningBackend>
  readonly keepDatabase: 'never' | 'on-failure'
  /** What clean databases of shared servers hold. Private servers have it in their template. */
  readonly schema?: Schema
  /** How the broker connects to servers. */
  readonly connecting?: AdminConnecting
  /** Called whenever a worker asks for the server that TiDB is compared with. Who passes it stops what it returns. */
  readonly reference?: () => Promise<Omit<ReferenceGrant, 'schema'>>
  readonly log?: (line: string) => void
}
