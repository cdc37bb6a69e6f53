import type { Endpoint } from '../connections/endpoint.ts'

/** The clean database of a test. */
export interface HandlerDatabase {
  readonly endpoint: Endpoint
  readonly name: string
}

/** What stands in a handler's context. A dry run has no database, and names that say so. */
export function handlerContext(database: HandlerDatabase | undefined): object {
  if (database === undefined) {
    return { host: 'dry-run', port: 4000, username: 'root', password: '', database: 'dry_run' }
  }
  const { endpoint, name } = database
  const { host, port, user, password } = endpoint
  return { host, port, username: user, password: password?.reveal() ?? '', database: name }
}

/** What connections that a suite makes by itself take when they are told nothing. */
export function handlerEnvironment(database: HandlerDatabase | undefined): Record<string, string> {
  if (database === undefined) return { REAL_DB: 'false' }
  const { endpoint, name } = database
  return {
    REAL_DB: 'true',
    TIDB_HOST: endpoint.host,
    TIDB_PORT: String(endpoint.port),
    TIDB_USER: endpoint.user,
    TIDB_PASSWORD: endpoint.password?.reveal() ?? '',
    TIDB_DATABASE: name,
  }
}
