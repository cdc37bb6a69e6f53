import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram, isExecutable } from '../../child-process/find-program.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'

/** A server of MariaDB or MySQL that is installed on this machine. */
export interface ServerProgram {
  readonly path: string
  readonly product: 'MariaDB' | 'MySQL'
  /** What `--version` says. */
  readonly release: string
  /** MariaDB's script that makes a data directory; MySQL's server does that by itself. */
  readonly installer: string | undefined
}

/** Where packages put servers, which often is on nobody's PATH but root's. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/mysql/bin', '/opt/homebrew/bin', '/usr/libexec']
const VERSION_TIMEOUT_MS = 20_000

/** The server that is named, else the first that is found; undefined when there is none. @throws BackendError `BACKEND_REFERENCE_BINARY` */
export async function findServerProgram(named: string | undefined): Promise<ServerProgram | undefined> {
  const path = named ?? (await findProgram(['mariadbd', 'mysqld'], { alsoIn: SERVER_FOLDERS }))
  return path === undefined ? undefined : describe(path)
}

async function describe(path: string): Promise<ServerProgram> {
  const release = await releaseOf(path)
  if (!/mariadb/i.test(release)) return { path, product: 'MySQL', release, installer: undefined }
  const beside = ['../bin/mariadb-install-db', '../scripts/mariadb-install-db'].map((name) => join(dirname(path), name))
  for (const file of beside) {
    if (await isExecutable(file)) return { path, product: 'MariaDB', release, installer: file }
  }
  const installer = await findProgram(['mariadb-install-db', 'mysql_install_db'], { alsoIn: ['/usr/bin'] })
  if (installer !== undefined) return { path, product: 'MariaDB', release, installer }
  throw new BackendError(
    'BACKEND_REFERENCE_BINARY',
    `${path} has no mariadb-install-db, which makes its data directory.`,
    {
      remedy: 'Install the whole of MariaDB: `apt-get install mariadb-server`, or `brew install mariadb`.',
    },
  )
}

async function releaseOf(path: string): Promise<string> {
  let output: string
  try {
    output = (
      await promisify(execFile)(path, ['--no-defaults', '--version'], { timeout: VERSION_TIMEOUT_MS })
    ).stdout.trim()
  } catch (error) {
    throw notServer(path, messageOf(error).trim(), error)
  }
  if (/\bVer\b/i.test(output)) return output
  throw notServer(path, `\`--version\` says ${JSON.stringify(output.slice(0, 200))}`)
}

function notServer(path: string, why: string, cause?: unknown): BackendError {
  return new BackendError('BACKEND_REFERENCE_BINARY', `${path} cannot be used as mariadbd or mysqld: ${why}`, {
    remedy: 'Name the server of MariaDB or MySQL in reference.binary (TIDB_REFERENCE_BINARY).',
    cause,
  })
}
