import { ConfigError } from '../errors/config-error.ts'
import type { StepContext } from './workflow-context.ts'

/** MySQL's limit on identifiers, which TiDB keeps: https://docs.pingcap.com/tidb/stable/tidb-limitations */
const LONGEST_NAME = 64

/**
 * Checks endpoint and database before anything is sent.
 *
 * @throws ConfigError `CONFIG_ENDPOINT`, `CONFIG_DATABASE`
 */
export function parsingConfig({ endpoint, database }: StepContext): void {
  const { host, port, user } = endpoint
  if (host.trim() === '') throw invalidEndpoint('the host is empty', 'Set database.host (TIDB_HOST).')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidEndpoint(
      `the port is ${port}`,
      "Set database.port (TIDB_PORT) to a number from 1 to 65535; TiDB's is 4000.",
    )
  }
  if (user === '') throw invalidEndpoint('the user is empty', 'Set database.user (TIDB_USER).')
  if (database === undefined || (database !== '' && database.length <= LONGEST_NAME && !database.endsWith(' '))) return
  const wrong =
    database === '' ? 'is empty' : database.endsWith(' ') ? 'ends with a space' : `has ${database.length} characters`
  throw new ConfigError('CONFIG_DATABASE', `the name of the database ${wrong}: '${database}'`, {
    remedy: `Set database.database (TIDB_DATABASE) to a name of 1 to ${LONGEST_NAME} characters.`,
  })
}

function invalidEndpoint(wrong: string, remedy: string): ConfigError {
  return new ConfigError('CONFIG_ENDPOINT', `the endpoint cannot be used: ${wrong}`, { remedy })
}
