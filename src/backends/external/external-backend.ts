import type { SettingKey } from '../../config/settings.ts'
import { urlOf, type Endpoint } from '../../connections/endpoint.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { isTidbTestError, type TidbTestError } from '../../errors/tidb-test-error.ts'
import type { Availability, Backend, RunningBackend, RunningServer } from '../backend.ts'
import { identifyServer, type ServerIdentity } from './identify-server.ts'

export interface ExternalBackendOptions {
  readonly endpoint: Endpoint
  /** A database that must exist there. */
  readonly database?: string
  /** Milliseconds for connecting; 10 s when not given. */
  readonly connectTimeout?: number
  /** Where a setting came from, for messages. */
  readonly origin?: (key: SettingKey) => string
}

/** `check()` must answer within seconds, however patient sessions are. */
const CHECK_TIMEOUT = 5_000

/**
 * A server that somebody else runs: shared by all, never stopped. One that is no TiDB (MySQL) is accepted;
 * its version says so, and its store is `other`.
 *
 * `start()` throws a ConnectError that names host, port, user and where each was set.
 */
export function externalBackend(options: ExternalBackendOptions): Backend {
  const { endpoint } = options
  const detail = `${urlOf(endpoint, options.database)}${options.origin === undefined ? '' : ` (${options.origin('database.host')})`}`

  async function identify(connectTimeout: number, signal?: AbortSignal): Promise<ServerIdentity> {
    try {
      const limits = { connectTimeout, ...(signal === undefined ? {} : { signal }) }
      const identity = await identifyServer(endpoint, limits)
      if (options.database !== undefined) {
        await identifyServer(endpoint, { ...limits, database: options.database })
      }
      return identity
    } catch (error) {
      throw isTidbTestError(error) ? withOrigins(error, options) : error
    }
  }

  return {
    kind: 'external',
    async check(signal): Promise<Availability> {
      try {
        const { version } = await identify(Math.min(options.connectTimeout ?? CHECK_TIMEOUT, CHECK_TIMEOUT), signal)
        return { usable: true, ready: true, detail: `${detail}, ${version}` }
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error
        return { usable: false, reason: withoutRemedy(error), remedy: error.remedy ?? 'Check host and port.' }
      }
    },
    async start({ signal }): Promise<RunningBackend> {
      const identity = await identify(options.connectTimeout ?? 10_000, signal)
      const server: RunningServer = {
        endpoint,
        readyDatabases: [],
        died: new Promise(() => undefined),
        stop: () => Promise.resolve(),
      }
      return {
        kind: 'external',
        ...identity,
        detail,
        sharing: 'shared',
        openServer: () => Promise.resolve(server),
        stop: () => Promise.resolve(),
      }
    },
  }
}

function withOrigins(error: TidbTestError, { endpoint, origin, database }: ExternalBackendOptions): TidbTestError {
  if (origin === undefined) return error
  const settings = [
    `host ${endpoint.host} (${origin('database.host')})`,
    `port ${endpoint.port} (${origin('database.port')})`,
    `user ${endpoint.user} (${origin('database.user')})`,
    `password (${origin('database.password')})`,
    ...(database === undefined ? [] : [`database ${database} (${origin('database.database')})`]),
  ]
  const remedy = `${error.remedy ?? 'Check the settings.'}\nSettings in use: ${settings.join(', ')}.`
  return new ConnectError(error.code, withoutRemedy(error), { cause: error.cause, remedy, context: error.context })
}

function withoutRemedy(error: TidbTestError): string {
  const remedy = `\n  ${error.remedy?.split('\n').join('\n  ') ?? ''}`
  return error.message.endsWith(remedy) ? error.message.slice(0, -remedy.length) : error.message
}
