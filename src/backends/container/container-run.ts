import { randomUUID } from 'node:crypto'
import { BackendError } from '../../errors/backend-error.ts'
import type { BackendStartOptions } from '../backend.ts'
import { watchContainers, type ContainerWatcher } from './container-watcher.ts'
import { removeRun, sweepDeadRuns } from './containers.ts'
import { findEngine, type FoundEngine } from './find-engine.ts'
import { readTestcontainers } from './read-testcontainers.ts'
import { startRyuk } from './ryuk.ts'
import type { ContainerStart, startContainer, StartedTidb } from './start-container.ts'
import { startFailure } from './start-failure.ts'

/** The containers of one run: all carry its label, and all go when it ends, however it does. */
export class ContainerRun {
  readonly id: string
  readonly engine: FoundEngine['engine']
  readonly engineVersion: string
  readonly #watching: Promise<ContainerWatcher>
  readonly #ended = new AbortController()
  /** Aborted when the run ends or is given up. */
  readonly signal: AbortSignal
  readonly #loading: ReturnType<typeof loadStart>
  readonly #starting = new Set<Promise<unknown>>()
  #removed: Promise<void> | undefined

  private constructor(
    id: string,
    found: FoundEngine,
    watching: Promise<ContainerWatcher>,
    loading: ReturnType<typeof loadStart>,
    signal: AbortSignal | undefined,
  ) {
    this.id = id
    this.engine = found.engine
    this.engineVersion = found.version
    this.#watching = watching
    this.#loading = loading
    this.signal = signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal])
  }

  static async begin({ progress, signal }: BackendStartOptions): Promise<ContainerRun> {
    const found = await findEngine(signal)
    const id = randomUUID()
    const watching = watchContainers({ address: found.engine.address, runId: id })
    watching.catch(() => undefined)
    // Reading the code of Testcontainers keeps this process busy for longer than the watcher, a process of its own, needs
    // to come up; so the watcher goes first.
    const loading = loadStart()
    loading.catch(() => undefined)
    const swept = await sweepDeadRuns(found.engine)
    if (swept > 0) progress.note(`Removed ${swept} container(s) of runs that ended without cleaning up.`)
    const run = new ContainerRun(id, found, watching, loading, signal)
    void startRyuk(found.engine, id, progress, run.signal)
    return run
  }

  /** @throws BackendError; the signal's reason as soon as it is aborted, while the creation may still be under way */
  async start(wanted: Omit<ContainerStart, 'runId'>): Promise<StartedTidb> {
    const start = await this.#loading
    this.signal.throwIfAborted()
    try {
      return await this.hold(start({ ...wanted, runId: this.id }))
    } catch (error) {
      this.signal.throwIfAborted()
      throw startFailure(wanted.image, wanted.port, error)
    }
  }

  /**
   * Waits for a container that is being created with the run's label: whenever that is, it goes with the run. The watcher
   * comes up meanwhile. It is a process already, so the pipe tells it of this one's end even if it has not read its code.
   *
   * @throws BackendError `BACKEND_REAPER` when there is no watcher; the signal's reason as soon as it is aborted, while
   * the creation may still be under way
   */
  async hold<T>(starting: Promise<T>): Promise<T> {
    this.#starting.add(starting)
    void Promise.allSettled([starting]).then(() => this.#starting.delete(starting))
    const watched = Promise.all([starting, this.#watching]).then(([started]) => started)
    return await Promise.race([watched, aborted(this.signal)])
  }

  /** Removes the run's containers. Idempotent. */
  remove(): Promise<void> {
    this.#removed ??= this.#remove()
    return this.#removed
  }

  async #remove(): Promise<void> {
    this.#ended.abort(
      new BackendError('BACKEND_STOPPED', 'The container backend has been stopped.', {
        remedy: 'Ask for servers before stop() is called.',
      }),
    )
    await removeRun(this.engine, this.id)
    // The creation of another may still be under way: what comes of it goes too.
    while (this.#starting.size > 0) {
      await Promise.allSettled(this.#starting)
      await removeRun(this.engine, this.id)
    }
    // One that could not start has nothing to release.
    await this.#watching.then(
      (watcher) => watcher.release(),
      () => undefined,
    )
  }
}

/** Testcontainers looks for the engine by itself, and for Compose, while this run goes on. */
async function loadStart(): Promise<typeof startContainer> {
  const loaded = await readTestcontainers(() => import('./start-container.ts'))
  await loaded.findByTestcontainers()
  return loaded.startContainer
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
