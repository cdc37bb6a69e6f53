import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'

export interface GoToolchain {
  readonly path: string
  /** Such as `1.26.8`. */
  readonly version: string
}

const TIMEOUT_MS = 10_000
/** Where Go's own installers put it; an editor's PATH often lacks them. */
const USUAL_FOLDERS = ['/usr/local/go/bin', '/opt/homebrew/bin', '/usr/lib/go/bin']

/**
 * The Go that builds: the one that is named, else the first on PATH, else one in a usual place.
 *
 * @throws BackendError `BACKEND_GO_MISSING`, `BACKEND_GO_TOO_OLD`
 */
export async function findGo(named: string | undefined, minimum: string): Promise<GoToolchain> {
  const path = named ?? (await goAtHand())
  if (path === undefined) {
    throw new BackendError(
      'BACKEND_GO_MISSING',
      'Building TiDB needs the Go toolchain, and there is no `go` on PATH.',
      {
        remedy: `Install Go ${minimum} or newer from https://go.dev/dl/, or name it: TIDB_GO=/path/to/go`,
      },
    )
  }
  let output: string
  try {
    output = (await promisify(execFile)(path, ['version'], { timeout: TIMEOUT_MS, env: goEnvironment() })).stdout
  } catch (error) {
    throw new BackendError(
      'BACKEND_GO_MISSING',
      `Building TiDB needs the Go toolchain; \`${path} version\` failed: ${messageOf(error)}`,
      {
        remedy: `Install Go ${minimum} or newer from https://go.dev/dl/, or name it: TIDB_GO=/path/to/go`,
        cause: error,
      },
    )
  }
  const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1]
  if (version === undefined || isOlder(version, minimum)) {
    throw new BackendError(
      'BACKEND_GO_TOO_OLD',
      `Building TiDB needs Go ${minimum} or newer; ${path} is ${version ?? JSON.stringify(output.trim())}.`,
      {
        remedy: 'Install a newer Go from https://go.dev/dl/, and put it first on PATH, or name it: TIDB_GO=/path/to/go',
      },
    )
  }
  return { path, version }
}

/** Only the Go that is installed: it must not fetch another one, or a workspace of the user's take part. */
export function goEnvironment(): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(inherited), GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' }
}

async function goAtHand(): Promise<string | undefined> {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...USUAL_FOLDERS]) {
    const file = join(folder, 'go')
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (folder !== '' && usable) return file
  }
  return undefined
}

function isOlder(version: string, minimum: string): boolean {
  const [one, other] = [version, minimum].map((text) => text.split('.').map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (one?.[index] ?? 0) - (other?.[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
