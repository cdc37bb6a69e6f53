import { configuredEndpoint } from '../backends/external/configured-endpoint.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { openSession } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'

/** @throws ConnectError */
export function openConfiguredSession(config: ResolvedConfig, name: string, signal: AbortSignal): Promise<Session> {
  const { database, timeout } = config.database
  return openSession({
    name,
    endpoint: configuredEndpoint(config),
    timeout,
    connectTimeout: timeout,
    signal,
    ...(database === undefined ? {} : { database }),
  })
}
