import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import { DockerEngine } from './docker-engine.ts'
import { engineAddresses, type EngineAddress } from './engine-address.ts'

export interface FoundEngine {
  readonly engine: DockerEngine
  /** Such as `28.2.2`. */
  readonly version: string
}

interface Attempt {
  readonly address: EngineAddress
  readonly error: unknown
}

/** Long enough for a sleeping Docker Desktop, short enough for a look. */
const PATIENCE = 4_000

/**
 * The Docker engine that answers.
 *
 * Throws `BACKEND_DOCKER_PERMISSION` when there is one that may not be used, `BACKEND_DOCKER_WINDOWS` when it
 * runs Windows containers, and `BACKEND_DOCKER_NOT_FOUND`, with every address that was tried, otherwise.
 */
export async function findEngine(signal?: AbortSignal): Promise<FoundEngine> {
  const attempts: Attempt[] = []
  for (const address of engineAddresses()) {
    try {
      const engine = new DockerEngine(address)
      const told = await engine.json<{ Version: string; Os: string }>('/version', { timeout: PATIENCE, signal })
      if (told.Os === 'windows') throw windowsContainers(address)
      return { engine, version: told.Version }
    } catch (error) {
      if (error instanceof BackendError || signal?.aborted === true) throw error
      attempts.push({ address, error })
    }
  }
  throw attempts.find(isDenied) === undefined ? notFound(attempts) : denied(attempts)
}

function isDenied({ error }: Attempt): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
}

function told(attempts: readonly Attempt[]): string {
  return attempts.map(({ address, error }) => `${nameOf(address)}: ${reasonOf(error)}`).join('; ')
}

function nameOf(address: EngineAddress): string {
  return address.source === 'default' ? address.uri : `${address.uri} (${address.source})`
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'no such socket'
  if (code === 'ECONNREFUSED') return 'nothing listens'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  return messageOf(error) === '' ? String(code) : messageOf(error)
}

function notFound(attempts: readonly Attempt[]): BackendError {
  return new BackendError('BACKEND_DOCKER_NOT_FOUND', `No Docker engine answers. Tried ${told(attempts)}.`, {
    remedy:
      'Start Docker (Docker Desktop, or `sudo systemctl start docker`), or set DOCKER_HOST to where it listens.\n' +
      "If `docker info` works in your shell: DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')",
  })
}

function denied(attempts: readonly Attempt[]): BackendError {
  return new BackendError('BACKEND_DOCKER_PERMISSION', `The Docker engine may not be used: ${told(attempts)}.`, {
    remedy: 'Add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`) and log in again.',
  })
}

function windowsContainers(address: EngineAddress): BackendError {
  return new BackendError(
    'BACKEND_DOCKER_WINDOWS',
    `The Docker engine at ${nameOf(address)} runs Windows containers; TiDB's images are for Linux.`,
    { remedy: 'Switch Docker Desktop to Linux containers.' },
  )
}
