import { BackendError } from '../../../errors/backend-error.ts'
import type { Progress } from '../../backend.ts'
import { createReadyDatabases, readyDatabaseNames } from '../../local/ready-databases.ts'
import { lastLogLines, removeContainer, stateOf } from '../containers.ts'
import type { DockerEngine } from '../docker-engine.ts'
import { ownerLabels, withoutOwner } from '../owner.ts'
import { startContainer } from '../start-container.ts'
import { CONFIG, CONFIG_PATH, DATA_DIRECTORY, FLAGS } from '../tidb-image.ts'
import { compactData } from './compact-data.ts'
import { keyOf, SERVER_LABEL, WARM_LABEL, WARM_REPOSITORY, type WarmServer, type WarmWish } from './warm-image.ts'

export interface WarmMaking extends WarmWish {
  readonly image: string
  readonly runId: string
  /** Milliseconds that the first start may take. */
  readonly timeout: number
  readonly progress: Progress
  readonly signal: AbortSignal
}

const STOP_SECONDS = 60

/**
 * Starts the original image once, fills its databases, stops it cleanly and makes an image of it with its data. The image
 * appears whole, or not at all; the containers carry the run's label, and are removed whatever happens.
 *
 * @throws BackendError `BACKEND_SCHEMA`, `BACKEND_TEMPLATE`, and what starting throws; the signal's reason
 */
export async function makeWarmImage(engine: DockerEngine, making: WarmMaking): Promise<void> {
  const { image, original, runId, timeout, progress, signal } = making
  progress.update(`Making a warm image of ${image}: first start of TiDB`)
  const containers: string[] = []
  try {
    signal.throwIfAborted()
    const first = await startContainer({ image, original, runId, timeout })
    containers.push(first.id)
    const databases = readyDatabaseNames(making.databases)
    await fill(first.endpoint.host, first.endpoint.port, databases, making)
    progress.update(`Making a warm image of ${image}: stopping TiDB`)
    await stopCleanly(engine, first.id)
    signal.throwIfAborted()
    progress.update(`Making a warm image of ${image}: writing it`)
    const draft = await createDraft(engine, image, runId)
    containers.push(draft)
    await copyData(engine, first.id, draft)
    signal.throwIfAborted()
    await commit(engine, draft, making, { version: first.version, store: first.store, databases: databases.length })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    await Promise.all(containers.map((id) => removeContainer(engine, id)))
  }
}

async function fill(host: string, port: number, databases: readonly string[], making: WarmMaking): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ host, port, user: 'root', timezone: 'Z' })
  const abort = (): void => connection.destroy()
  making.signal.addEventListener('abort', abort, { once: true })
  try {
    await createReadyDatabases(connection, databases, making.schema, making.progress)
  } finally {
    making.signal.removeEventListener('abort', abort)
    connection.destroy()
  }
}

async function stopCleanly(engine: DockerEngine, id: string): Promise<void> {
  await engine.bytes(`/containers/${id}/stop?t=${STOP_SECONDS}`, { method: 'POST' })
  const state = await stateOf(engine, id)
  if (state?.exitCode === 0) return
  throw new BackendError('BACKEND_TEMPLATE', 'TiDB did not stop cleanly after the warm image was filled.', {
    context: { exitCode: state?.exitCode, log: (await lastLogLines(engine, id)).join('\n') },
    remedy: 'Set TIDB_WARM_IMAGE=false to start from the original image each time.',
  })
}

/** A container that never starts: what is put into it is all that its image adds. */
async function createDraft(engine: DockerEngine, image: string, runId: string): Promise<string> {
  const content = JSON.stringify({ Image: image, Labels: ownerLabels(runId) })
  const body = { type: 'application/json', content }
  const { Id } = await engine.json<{ Id: string }>('/containers/create', { method: 'POST', body })
  return Id
}

async function copyData(engine: DockerEngine, from: string, to: string): Promise<void> {
  const source = await engine.open(`/containers/${from}/archive?path=${encodeURIComponent(DATA_DIRECTORY)}`)
  const content = compactData(source, DATA_DIRECTORY, { [CONFIG_PATH]: CONFIG })
  await engine.bytes(`/containers/${to}/archive?path=/`, {
    method: 'PUT',
    body: { type: 'application/x-tar', content },
  })
}

async function commit(engine: DockerEngine, id: string, making: WarmMaking, server: WarmServer): Promise<void> {
  const key = keyOf(making)
  const labels = { ...withoutOwner, [WARM_LABEL]: key, [SERVER_LABEL]: JSON.stringify(server) }
  const changes = [
    `CMD ${JSON.stringify([...making.original.command, ...FLAGS, '-config', CONFIG_PATH])}`,
    ...Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
  ]
  const query = new URLSearchParams({ container: id, repo: WARM_REPOSITORY, tag: key })
  for (const change of changes) query.append('changes', change)
  await engine.bytes(`/commit?${query.toString()}`, { method: 'POST' })
}
