import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadPart } from '../results/load-part.ts'
import type { Lane } from './lane.ts'
import { errorOf } from './thread-failure.ts'
import { keepThread, takeThread, type LoadThread } from './threads.ts'
import type { FromThread, ThreadPace, ThreadTask } from './thread-protocol.ts'

/** A lane in a thread of its own. */
export class ThreadLane implements Lane {
  readonly ready: Promise<void>
  readonly #thread: LoadThread
  readonly #part = Promise.withResolvers<LoadPart>()
  /** Whether the thread has ended what it was told, and can be told something else. */
  #free = false

  constructor(task: ThreadTask) {
    const ready = Promise.withResolvers<void>()
    this.ready = ready.promise
    const fail = (error: Error): void => {
      ready.reject(error)
      this.#part.reject(error)
    }
    // Whoever awaits either hears of a failure; nobody awaits both from the beginning.
    this.ready.catch(() => undefined)
    this.#part.promise.catch(() => undefined)
    this.#thread = takeThread({
      onMessage: (message: FromThread) => {
        if ('ready' in message) {
          ready.resolve()
          return
        }
        this.#free = true
        if ('part' in message) this.#part.resolve(message.part)
        else fail(errorOf(message.failure))
      },
      onEnd: (error) => {
        fail(error ?? new TidbTestError('LOAD_THREAD', 'a thread of the load ended before it had told its result'))
      },
    })
    this.#thread.tell({ task })
  }

  begin(pace: ThreadPace): Promise<LoadPart> {
    this.#thread.tell({ begin: pace })
    return this.#part.promise
  }

  stop(): void {
    this.#thread.tell({ stop: true })
  }

  async close(): Promise<void> {
    if (this.#free) keepThread(this.#thread)
    else await this.#thread.end()
  }
}
