import { setTimeout as pause } from 'node:timers/promises'
import { BackendError } from '../../errors/backend-error.ts'
import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import type { BackendStartOptions, RunningBackend } from '../backend.ts'
import { readyDatabaseCount } from '../local/ready-databases.ts'
import type { ContainerBackendOptions } from './container-backend.ts'
import { ContainerRun } from './container-run.ts'
import { imageReference } from './image-reference.ts'
import { ensureImage } from './pull-image.ts'
import { privateContainers, sharedContainer } from './running-containers.ts'
import type { StartedTidb } from './start-container.ts'
import { runsTidbAlone } from './tidb-image.ts'
import { WarmSource } from './warm/warm-source.ts'

const START_TIMEOUT = 120_000
/** Databases cost 15 ms each when the image is made. */
const MOST_DATABASES = 50
/** Milliseconds that the end of a run waits for a warm image: Vitest itself gives teardown ten seconds. */
const LAST_CHANCE = 7_000

/** Starts what `containerBackend()` promises. */
export async function startContainers(
  options: ContainerBackendOptions,
  start: BackendStartOptions,
): Promise<RunningBackend> {
  const image = imageReference(options)
  await start.beforeLong?.()
  const run = await ContainerRun.begin(start)
  try {
    return await startIn(run, image, options, start)
  } catch (error) {
    await run.remove()
    throw error
  }
}

async function startIn(
  run: ContainerRun,
  image: string,
  options: ContainerBackendOptions,
  { progress, signal, port, schema, onPrepared }: BackendStartOptions,
): Promise<RunningBackend> {
  const original = await ensureImage(run.engine, image, progress, signal)
  const timeout = options.startTimeout ?? START_TIMEOUT
  const databases = options.readyDatabases ?? Math.min(MOST_DATABASES, readyDatabaseCount(schema))
  const source = runsTidbAlone(original)
    ? new WarmSource(run, { image, original, schema, databases, timeout, progress }, options.cacheDirectory)
    : undefined
  const perWorker = options.containerPer === 'worker'
  if (perWorker && source === undefined) throw notAlone(image)

  const warm = await source?.find()
  if (warm !== undefined) onPrepared?.()
  if (perWorker && source !== undefined) {
    return privateContainers(run, image, warm ?? (await source.make()), (server) => source.start(server, port))
  }

  const wanted = options.warmImage ?? !isCi(process.env)
  // What a schema takes to make is better shown than done beside the tests.
  const made = warm ?? (wanted && schema !== undefined ? await orNothing(source?.make(), run, progress) : undefined)
  progress.update(`Starting ${image}`)
  let tidb: StartedTidb | undefined
  if (made !== undefined) tidb = await source?.startOrDiscard(made, port)
  const isWarm = tidb !== undefined
  tidb ??= await run.start({ image, original, timeout, port })
  const keeping =
    isWarm || !wanted || schema !== undefined ? undefined : orNothing(source?.make({ beside: true }), run, progress)
  return sharedContainer(run, image, tidb, isWarm ? (made?.databases ?? 0) : 0, async () => {
    if (keeping !== undefined) await Promise.race([keeping, pause(LAST_CHANCE, undefined, { ref: false })])
    await run.remove()
    await keeping
  })
}

/** A run that can do without a warm image does. A schema that is wrong would be wrong for each test too. */
async function orNothing<T>(
  making: Promise<T> | undefined,
  run: ContainerRun,
  progress: BackendStartOptions['progress'],
): Promise<T | undefined> {
  try {
    return await making
  } catch (error) {
    if (isTidbTestError(error) && error.code === 'BACKEND_SCHEMA') throw error
    // A run that ends before is not worth a word: the next one makes it.
    if (!run.signal.aborted) progress.note(`No warm image could be made: ${messageOf(error).split('\n')[0]}`)
    return undefined
  }
}

/** CI usually throws its machine away, and the image with it. */
function isCi(environment: NodeJS.ProcessEnv): boolean {
  return !['', 'false', '0', undefined].includes(environment['CI'])
}

function notAlone(image: string): BackendError {
  return new BackendError(
    'BACKEND_CONTAINER_FAILED',
    `The image ${image} does not start tidb-server by itself over its built-in store, or has a configuration of its own.`,
    {
      remedy:
        'One container for each worker needs an image such as pingcap/tidb. Leave TIDB_CONTAINER_PER away, or at run.',
      context: { image },
    },
  )
}
