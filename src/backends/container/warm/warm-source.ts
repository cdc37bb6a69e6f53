import { isTidbTestError, messageOf } from '../../../errors/tidb-test-error.ts'
import type { ContainerRun } from '../container-run.ts'
import { presentImage } from '../pull-image.ts'
import type { StartedTidb } from '../start-container.ts'
import type { WarmMaking } from './make-warm-image.ts'
import { findWarmImage, type WarmImage } from './warm-image.ts'
import { ensureWarmImage, markUsed, removeImage } from './warm-images.ts'

/** Failures that say nothing against the image. */
const NOT_ITS_FAULT: ReadonlySet<string> = new Set(['BACKEND_PORT_IN_USE', 'BACKEND_CONTAINER_NOT_READY'])

/** Warm images of one original and schema, and containers that start from them. */
export class WarmSource {
  readonly #run: ContainerRun
  readonly #making: WarmMaking
  readonly #cacheDirectory: string

  constructor(run: ContainerRun, wish: Omit<WarmMaking, 'runId' | 'signal'>, cacheDirectory: string) {
    this.#run = run
    this.#making = { ...wish, runId: run.id, signal: run.signal }
    this.#cacheDirectory = cacheDirectory
  }

  async find(): Promise<WarmImage | undefined> {
    const found = await findWarmImage(this.#run.engine, this.#making, this.#run.signal)
    if (found !== undefined) await markUsed(found, this.#cacheDirectory)
    return found
  }

  /** `beside`: while tests run, whose output no line of progress may touch. */
  make({ beside = false } = {}): Promise<WarmImage> {
    const { note } = this.#making.progress
    const making = beside ? { ...this.#making, progress: { note, update: () => undefined } } : this.#making
    return ensureWarmImage(this.#run.engine, making, this.#cacheDirectory)
  }

  /** An image that was removed since, or does not start, is made anew, once. */
  async start(image: WarmImage, port: number | undefined): Promise<StartedTidb> {
    return (await this.startOrDiscard(image, port)) ?? (await this.#start(await this.make(), port))
  }

  /** Undefined, and a note, when the image is gone or was broken; then it is removed. */
  async startOrDiscard(image: WarmImage, port: number | undefined): Promise<StartedTidb | undefined> {
    const { engine, signal } = this.#run
    const { progress } = this.#making
    try {
      return await this.#start(image, port)
    } catch (error) {
      signal.throwIfAborted()
      if (isTidbTestError(error) && NOT_ITS_FAULT.has(error.code)) throw error
      if ((await presentImage(engine, image.reference, signal)) === undefined) {
        progress.note(`The warm image ${image.reference} was removed meanwhile.`)
      } else {
        progress.note(
          `The warm image ${image.reference} does not start and is removed: ${messageOf(error).split('\n')[0]}`,
        )
        await removeImage(engine, image.reference, { force: true })
      }
      return undefined
    }
  }

  async #start(image: WarmImage, port: number | undefined): Promise<StartedTidb> {
    const { timeout } = this.#making
    const started = await this.#run.start({ image: image.reference, original: undefined, timeout, port })
    const found = await databasesIn(started)
    if (found === image.databases) return started
    throw new Error(`it holds ${found} databases instead of ${image.databases}`)
  }
}

async function databasesIn({ endpoint }: StartedTidb): Promise<number> {
  const { openWire } = await import('../../../connections/open-session.ts')
  const { wire } = await openWire({ endpoint })
  try {
    const [reply] = await wire.send("SHOW DATABASES LIKE 'vt\\_%'")
    return reply !== undefined && 'rows' in reply ? reply.rows.length : 0
  } finally {
    await wire.close()
  }
}
