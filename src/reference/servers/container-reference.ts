import { randomBytes, randomUUID } from 'node:crypto'
import { watchContainers } from '../../backends/container/container-watcher.ts'
import { removeRun, sweepDeadRuns } from '../../backends/container/containers.ts'
import type { FoundEngine } from '../../backends/container/find-engine.ts'
import { ownerLabels } from '../../backends/container/owner.ts'
import { ensureImage } from '../../backends/container/pull-image.ts'
import { startRyuk } from '../../backends/container/ryuk.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import { Secret } from '../../logging/secret.ts'
import { identifyReference } from '../identify-reference.ts'
import type { ReferenceStart, RunningReference } from '../reference-server.ts'

/** A first start of MySQL fills its data directory, which takes long on a busy machine. */
const START_TIMEOUT_MS = 180_000

/**
 * MySQL in a container, by @testcontainers/mysql. It goes with `stop()`, and with this process however that ends.
 *
 * @throws BackendError `BACKEND_REFERENCE_START`, `BACKEND_IMAGE_PULL_FAILED`, `BACKEND_REAPER`; the signal's reason
 */
export async function startContainerReference(
  { engine, version: engineVersion }: FoundEngine,
  start: ReferenceStart,
): Promise<RunningReference> {
  const { progress, signal } = start
  const { image } = start.config
  await sweepDeadRuns(engine)
  await ensureImage(engine, image, progress, signal)
  const { MySqlContainer } = await import('@testcontainers/mysql')
  const runId = randomUUID()
  const watcher = await watchContainers({ address: engine.address, runId })
  const ended = new AbortController()
  void startRyuk(engine, runId, progress, AbortSignal.any([ended.signal, ...(signal === undefined ? [] : [signal])]))
  const removeAll = async (): Promise<void> => {
    ended.abort()
    await removeRun(engine, runId)
    await watcher.release()
  }
  const password = randomBytes(12).toString('hex')
  try {
    progress.update(`Starting ${image}`)
    const container = await new MySqlContainer(image)
      .withRootPassword(password)
      .withLabels({ ...ownerLabels(runId) })
      .withEnvironment({ TZ: 'UTC' })
      .withCommand(['--character-set-server=utf8mb4', '--collation-server=utf8mb4_bin'])
      .withAutoCleanup(false)
      .withStartupTimeout(START_TIMEOUT_MS)
      .start()
    const endpoint = {
      host: container.getHost(),
      port: container.getPort(),
      user: 'root',
      password: new Secret(password),
    }
    const { product, version, name } = await identifyReference(endpoint, start)
    let stopped: Promise<void> | undefined
    return {
      product,
      version,
      name,
      endpoint,
      detail: `image ${image}, container ${container.getId().slice(0, 12)}, Docker ${engineVersion}`,
      stop: () => (stopped ??= removeAll()),
    }
  } catch (error) {
    await removeAll()
    if (signal?.aborted === true || isTidbTestError(error)) throw error
    throw new BackendError('BACKEND_REFERENCE_START', `The container of ${image} cannot start: ${messageOf(error)}`, {
      cause: error,
      remedy: `Try it by hand: docker run --rm -e MYSQL_ALLOW_EMPTY_PASSWORD=1 -p 3306 ${image}`,
    })
  }
}
