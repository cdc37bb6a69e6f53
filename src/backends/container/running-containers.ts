import { BackendError } from '../../errors/backend-error.ts'
import type { RunningBackend, RunningServer, ServerDeath } from '../backend.ts'
import { readyDatabaseNames } from '../local/ready-databases.ts'
import { containerControl } from './container-control.ts'
import type { ContainerRun } from './container-run.ts'
import { removeContainer } from './containers.ts'
import { deathOf } from './death-of.ts'
import type { StartedTidb } from './start-container.ts'
import type { WarmImage } from './warm/warm-image.ts'

/** One container for all: its server ends with the backend. */
export function sharedContainer(
  run: ContainerRun,
  image: string,
  { id, endpoint, version, store }: StartedTidb,
  databases: number,
  end: () => Promise<void>,
): RunningBackend {
  let stopped: Promise<void> | undefined
  const died = deathUnless(run, id, () => stopped !== undefined)
  const readyDatabases = readyDatabaseNames(databases)
  const control = containerControl(run.engine, id)
  const server: RunningServer = { endpoint, readyDatabases, died, control, stop: () => Promise.resolve() }
  const warm = databases > 0 ? ' (warm)' : ''
  return {
    kind: 'container',
    version,
    store,
    detail: `image ${image}${warm}, container ${id.slice(0, 12)}, ${engineOf(run)}`,
    sharing: 'shared',
    disposable: true,
    async openServer(signal) {
      signal?.throwIfAborted()
      if (stopped !== undefined) throw stoppedError()
      return server
    },
    stop: () => (stopped ??= end()),
  }
}

/** A container for each server that is asked for, from the warm image. */
export function privateContainers(
  run: ContainerRun,
  image: string,
  warm: WarmImage,
  start: (image: WarmImage) => Promise<StartedTidb>,
): RunningBackend {
  let stopped: Promise<void> | undefined
  return {
    kind: 'container',
    version: warm.version,
    store: warm.store,
    detail: `image ${image} (warm), one container for each worker, ${engineOf(run)}`,
    sharing: 'private',
    disposable: true,
    async openServer(signal) {
      signal?.throwIfAborted()
      if (stopped !== undefined) throw stoppedError()
      const tidb = await start(warm)
      if (signal?.aborted === true) {
        await removeContainer(run.engine, tidb.id)
        throw signal.reason as Error
      }
      return privateServer(run, tidb, readyDatabaseNames(warm.databases))
    },
    stop: () => (stopped ??= run.remove()),
  }
}

function privateServer(run: ContainerRun, tidb: StartedTidb, readyDatabases: readonly string[]): RunningServer {
  let stopped: Promise<void> | undefined
  return {
    endpoint: tidb.endpoint,
    readyDatabases,
    died: deathUnless(run, tidb.id, () => stopped !== undefined || run.signal.aborted),
    control: containerControl(run.engine, tidb.id),
    stop: () => (stopped ??= removeContainer(run.engine, tidb.id)),
  }
}

/** Never settles for one that was ended on purpose. */
function deathUnless(run: ContainerRun, id: string, isEnded: () => boolean): Promise<ServerDeath> {
  return new Promise((resolve) => {
    void deathOf(run.engine, id).then((death) => {
      if (!isEnded()) resolve(death)
    })
  })
}

function engineOf(run: ContainerRun): string {
  return `Docker ${run.engineVersion} at ${run.engine.address.uri}`
}

function stoppedError(): BackendError {
  return new BackendError('BACKEND_STOPPED', 'The container backend has been stopped.', {
    remedy: 'Ask for servers before stop() is called.',
  })
}
