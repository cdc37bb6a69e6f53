import { messageOf } from '../../errors/tidb-test-error.ts'
import type { Progress } from '../backend.ts'
import type { DockerEngine } from './docker-engine.ts'
import { presentImage, pullOpenly } from './pull-image.ts'

/** What Testcontainers 12 starts unless RYUK_CONTAINER_IMAGE names another. */
const RYUK_IMAGE = 'testcontainers/ryuk:0.14.0'
/** A registry that does not answer must not hold up the run: the container is watched without Ryuk too. */
const PULL_PATIENCE = 20_000

/**
 * Whether Ryuk, Testcontainers' own clean-up, runs beside the watcher. It is worth having with a remote engine: it
 * notices when the whole of this machine is gone. Where its image cannot be had or run, `false`, and a note says why.
 */
export async function startRyuk(engine: DockerEngine, progress: Progress, signal?: AbortSignal): Promise<boolean> {
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] === 'true') return false
  const image = process.env['RYUK_CONTAINER_IMAGE'] ?? RYUK_IMAGE
  const limits = [AbortSignal.timeout(PULL_PATIENCE), ...(signal === undefined ? [] : [signal])]
  try {
    if ((await presentImage(engine, image, signal)) === undefined) {
      await pullOpenly(engine, image, progress, AbortSignal.any(limits))
    }
    const { getContainerRuntimeClient, getReaper } = await import('testcontainers')
    await getReaper(await getContainerRuntimeClient())
    return true
  } catch (error) {
    if (signal?.aborted === true) throw error
    progress.note(`Ryuk (${image}) is not to be had: ${messageOf(error)}. Containers are watched without it.`)
    return false
  }
}
