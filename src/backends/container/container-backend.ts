import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import type { Availability, Backend } from '../backend.ts'
import { findEngine } from './find-engine.ts'
import { imageReference } from './image-reference.ts'
import { presentImage } from './pull-image.ts'
import { startContainers } from './start-containers.ts'

export interface ContainerBackendOptions {
  /** Image reference; `pingcap/tidb` when absent. */
  readonly image?: string
  /** Tag of the image, such as `v8.5.4`, `8.5.4` or `nightly`. */
  readonly version?: string
  /** The toolkit's cache folder: locks, and when which warm image was used. The images are kept by the engine. */
  readonly cacheDirectory: string
  /** Milliseconds from the container's start until TiDB must answer; 120,000 when absent. */
  readonly startTimeout?: number
  /** One container for the run, shared by all workers, or one for each of them. Default `run`. */
  readonly containerPer?: 'run' | 'worker'
  /** Whether a warm image is made when there is none; one that is there is used in any case. Default: not in CI. */
  readonly warmImage?: boolean
  /** How many databases a warm image holds ready. Default 50, fewer with a long schema. */
  readonly readyDatabases?: number
}

/**
 * TiDB in containers that Testcontainers starts.
 *
 * `start()` throws BackendError with `BACKEND_DOCKER_NOT_FOUND`, `BACKEND_DOCKER_PERMISSION`,
 * `BACKEND_DOCKER_WINDOWS`, `BACKEND_IMAGE_PULL_FAILED`, `BACKEND_CONTAINER_EXITED`, `BACKEND_CONTAINER_NOT_READY`,
 * `BACKEND_CONTAINER_FAILED` or `BACKEND_REAPER`, `BACKEND_SCHEMA` where the schema is put into an image, ConfigError
 * `CONFIG_CONTAINER_IMAGE`, and the signal's reason when it is aborted.
 * Containers go with `stop()`, and with the process that started them however that ends.
 */
export function containerBackend(options: ContainerBackendOptions): Backend {
  return {
    kind: 'container',
    check: (signal) => check(options, signal),
    start: (startOptions) => startContainers(options, startOptions),
  }
}

async function check(options: ContainerBackendOptions, signal?: AbortSignal): Promise<Availability> {
  try {
    const image = imageReference(options)
    const found = await findEngine(signal)
    const present = await presentImage(found.engine, image, signal)
    const where = `Docker ${found.version} at ${found.engine.address.uri}`
    return present === undefined
      ? { usable: true, ready: false, detail: `${where}, image ${image} has to be pulled` }
      : { usable: true, ready: true, detail: `${where}, image ${image}` }
  } catch (error) {
    if (signal?.aborted === true) throw error
    const remedy = isTidbTestError(error) ? error.remedy : undefined
    const reason = messageOf(error).replace(remedy === undefined ? '' : /\n[^]*$/, '')
    return { usable: false, reason, remedy: remedy ?? 'Check that `docker info` works in your shell.' }
  }
}
