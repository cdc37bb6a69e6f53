import { configuredEndpoint } from '../backends/external/configured-endpoint.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { openSession } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import type { StatementHook } from '../connections/statement-hook.ts'

/** @throws ConnectError */
export function openConfiguredSession(
  config: ResolvedConfig,
  name: string,
  hooks: readonly StatementHook[],
  signal: AbortSignal,
): Promise<Session> {
  const { database, timeout } = config.database
  return openSession({
    name,
    endpoint: configuredEndpoint(config),
    timeout,
    connectTimeout: timeout,
    signal,
    hooks,
    ...(database === undefined ? {} : { database }),
  })
}
