import { findEngine, type FoundEngine } from '../backends/container/find-engine.ts'
import { presentImage } from '../backends/container/pull-image.ts'
import { BackendError } from '../errors/backend-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { ReferenceStart, RunningReference } from './reference-server.ts'

/** `code` of the error when nothing is at hand that TiDB could be compared with, and nobody said what it should be. */
export const NO_REFERENCE = 'BACKEND_REFERENCE_NONE'

/**
 * Provides the server that TiDB is compared with: the endpoint that is given; else a container whose image is here, a
 * MariaDB or MySQL that is installed, a container whose image has to be pulled, the first of these that there is.
 *
 * @throws BackendError `BACKEND_REFERENCE_NONE` with what was tried; of a kind that was asked for `BACKEND_REFERENCE_…`
 */
export async function startReference(start: ReferenceStart): Promise<RunningReference> {
  switch (start.config.kind) {
    case 'external':
      return (await import('./servers/external-reference.ts')).connectReference(start)
    case 'binary':
      return installed(start, await programOf(start))
    case 'container':
      return contained(start, await findEngine(start.signal))
    case 'none':
      throw new BackendError(NO_REFERENCE, 'TiDB is compared with nothing: reference.kind is none.')
    case 'auto':
      return firstOf(start)
  }
}

async function firstOf(start: ReferenceStart): Promise<RunningReference> {
  const { image } = start.config
  const tried: string[] = []
  const engine = await findEngine(start.signal).catch((error: unknown) => {
    start.signal?.throwIfAborted()
    tried.push(`- container of ${image}: ${firstLine(error)}`)
    return undefined
  })
  if (engine !== undefined && (await presentImage(engine.engine, image, start.signal)) !== undefined) {
    return contained(start, engine)
  }
  const program = await programOf(start)
  if (program !== undefined) return installed(start, program)
  tried.push('- server of this machine: neither mariadbd nor mysqld is installed')
  if (engine !== undefined) {
    try {
      return await contained(start, engine)
    } catch (error) {
      start.signal?.throwIfAborted()
      tried.push(`- container of ${image}: ${firstLine(error)}`)
    }
  }
  throw new BackendError(
    NO_REFERENCE,
    `There is no server to compare TiDB with on this machine. Tried:\n${tried.join('\n')}`,
    {
      remedy:
        'Install one (`apt-get install mariadb-server`, `brew install mariadb`), start Docker, or name an endpoint: ' +
        'TIDB_REFERENCE_URL=mysql://user:password@host:3306',
    },
  )
}

async function programOf({ config }: ReferenceStart) {
  const { findServerProgram } = await import('./servers/server-program.ts')
  return findServerProgram(config.binary)
}

async function installed(
  start: ReferenceStart,
  program: Awaited<ReturnType<typeof programOf>>,
): Promise<RunningReference> {
  if (program === undefined) {
    throw new BackendError('BACKEND_REFERENCE_BINARY', 'Neither mariadbd nor mysqld is installed on this machine.', {
      remedy: 'Install one (`apt-get install mariadb-server`), or name it in reference.binary (TIDB_REFERENCE_BINARY).',
    })
  }
  return (await import('./servers/local-reference.ts')).startLocalReference(program, start)
}

async function contained(start: ReferenceStart, engine: FoundEngine): Promise<RunningReference> {
  return (await import('./servers/container-reference.ts')).startContainerReference(engine, start)
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? ''
}
