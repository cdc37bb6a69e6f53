import type { RunningBackend, Schema } from '../backends/backend.ts'

export interface BrokerOptions {
  /** Called at the first request, and again only if it failed. The broker stops what it returns. */
  readonly backend: () => Promise<RunningBackend>
  readonly keepDatabase: 'never' | 'on-failure'
  /** What clean databases of shared servers hold. Private servers have it in their template. */
  readonly schema?: Schema
  readonly log?: (line: string) => void
}
