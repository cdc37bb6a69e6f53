import type { Progress } from '../backends/backend.ts'
import type { ReferenceConfig } from '../config/resolved-config.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import type { ReferenceIdentity } from './reference-product.ts'

/** Whatever has to be known to provide the server that TiDB is compared with. */
export interface ReferenceStart {
  readonly config: ReferenceConfig
  /** Where what is costly to make is kept between runs. */
  readonly cacheDirectory: string
  /** Milliseconds until connecting is given up. */
  readonly connectTimeout: number
  readonly progress: Progress
  readonly signal?: AbortSignal | undefined
}

/** A server that TiDB is compared with. */
export interface RunningReference extends ReferenceIdentity {
  readonly endpoint: Endpoint
  /** For people, one line: where it came from. */
  readonly detail: string
  /** Ends what was started, and removes what was made. Idempotent. */
  stop(): Promise<void>
}
