import { messageOf } from '../../errors/tidb-test-error.ts'
import type { Progress } from '../backend.ts'
import type { DockerEngine } from './docker-engine.ts'
import { presentImage, pullOpenly } from './pull-image.ts'

/** What Testcontainers 12 starts unless RYUK_CONTAINER_IMAGE names another. */
const RYUK_IMAGE = 'testcontainers/ryuk:0.14.0'
/** A registry that does not answer must not hold up the run: the container is watched without Ryuk too. */
const PULL_PATIENCE = 20_000

/**
 * Has Ryuk, Testcontainers' own clean-up, watch the run beside the toolkit's watcher. It is worth having with a remote
 * engine: it notices when the whole of this machine is gone. Where its image cannot be had or run, a note says why.
 * Nobody waits for it: containers that are started meanwhile carry the label that Ryuk is told of.
 */
export async function startRyuk(
  engine: DockerEngine,
  runId: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] === 'true') return
  const image = process.env['RYUK_CONTAINER_IMAGE'] ?? RYUK_IMAGE
  try {
    if ((await presentImage(engine, image, signal)) === undefined) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(PULL_PATIENCE)])
      await pullOpenly(engine, image, { ...progress, update: () => undefined }, limited)
    }
    const { getContainerRuntimeClient, getReaper } = await import('testcontainers')
    signal.throwIfAborted()
    const reaper = await getReaper(await getContainerRuntimeClient())
    reaper.addSession(runId)
  } catch (error) {
    if (signal.aborted) return
    progress.note(`Ryuk (${image}) is not to be had: ${messageOf(error)}. Containers are watched without it.`)
  }
}
