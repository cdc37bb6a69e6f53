import type { RunningServer } from '../backends/backend.ts'
import type { AdminConnection } from './admin-connection.ts'
import { readFeatures, type TidbFeatures } from './server-features.ts'
import { readFreshState, type FreshState } from './server-state.ts'

/** Changes whenever what is noted, or how it is read, does. */
const FORMAT = 1

/** What a server is like before any test has used it. */
export interface FreshServer {
  readonly features: TidbFeatures
  readonly state: FreshState
}

/** Looks at a server on which no test has run yet, unless that was noted when another started from the same template. */
export async function freshServer(running: RunningServer, admin: AdminConnection): Promise<FreshServer> {
  const noted = (await running.notes?.read()) as (FreshServer & { format?: number }) | undefined
  if (noted?.format === FORMAT) return noted
  const found = { format: FORMAT, features: await readFeatures(admin), state: await readFreshState(admin) }
  await running.notes?.write(found)
  return found
}
