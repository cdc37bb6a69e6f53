import type { QueryError } from 'mysql2'
import { ConnectError } from '../errors/connect-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { addressOf, urlOf, type Endpoint } from './endpoint.ts'
import { explainTls, type Explanation } from './tls-failure.ts'

/** Why a connection could not be opened, and what to do. */
export function connectErrorOf(error: QueryError, endpoint: Endpoint, database: string | undefined): ConnectError {
  const { code, remedy } = explainTls(error, endpoint) ?? explain(error, endpoint, database)
  return new ConnectError(code, `cannot connect to ${urlOf(endpoint, database)}: ${messageOf(error)}`, {
    cause: error,
    remedy,
    context: { endpoint: addressOf(endpoint), user: endpoint.user },
  })
}

function explain(error: QueryError, endpoint: Endpoint, database: string | undefined): Explanation {
  const { host, user } = endpoint
  const where = addressOf(endpoint)
  switch (error.code) {
    case 'ECONNREFUSED':
      return {
        code: 'CONNECT_REFUSED',
        remedy: `Nothing listens on ${where}. Is TiDB running there, and is the port right (TiDB's is 4000)?`,
      }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { code: 'CONNECT_UNKNOWN_HOST', remedy: `The name ${host} cannot be resolved. Check the host.` }
    case 'ETIMEDOUT':
      return { code: 'CONNECT_TIMEOUT', remedy: `${where} does not answer. Check host, port and firewall.` }
    case 'ER_ACCESS_DENIED_ERROR':
      return {
        code: 'CONNECT_DENIED',
        remedy: `User '${user}' was refused. Check user and password (TIDB_USER, TIDB_PASSWORD).${alsoDenied(endpoint)}`,
      }
    case 'ER_BAD_DB_ERROR':
      return { code: 'CONNECT_UNKNOWN_DATABASE', remedy: `Create the database '${database ?? ''}' or name another.` }
    default:
      return { code: 'CONNECT_FAILED', remedy: `Check that ${where} is a TiDB and that its settings are right.` }
  }
}

/** TiDB refuses an account that requires TLS, or a client certificate, in the words of a wrong password. */
function alsoDenied({ tls }: Endpoint): string {
  if (tls === undefined) return '\nOne that requires TLS is refused in the same words: switch it on (TIDB_TLS=true).'
  if (tls.cert === undefined) {
    return '\nOne that requires a client certificate is refused in the same words: name it (TIDB_TLS_CERT, TIDB_TLS_KEY).'
  }
  return ''
}
