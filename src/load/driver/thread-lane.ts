import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ownScript } from '../../child-process/own-script.ts'
import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadPart } from '../results/load-part.ts'
import type { Lane } from './lane.ts'
import { errorOf } from './thread-failure.ts'
import type { FromThread, ThreadPace, ThreadTask, ToThread } from './thread-protocol.ts'

/** A lane in a thread of its own. */
export class ThreadLane implements Lane {
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #part = Promise.withResolvers<LoadPart>()

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
    // Options meant for the tests' own processes (inspector, loaders) are not meant for this thread.
    this.#worker = new Worker(ownScript('load-thread', fileURLToPath(import.meta.url), 'LOAD_THREAD'), {
      workerData: task,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    this.#worker.on('message', (message: FromThread) => {
      if ('ready' in message) ready.resolve()
      else if ('part' in message) this.#part.resolve(message.part)
      else fail(errorOf(message.failure))
    })
    this.#worker.once('error', fail)
    this.#worker.once('exit', (code) => {
      fail(new TidbTestError('LOAD_THREAD', `a thread of the load ended (${code}) before it had told its result`))
    })
  }

  begin(pace: ThreadPace): Promise<LoadPart> {
    this.#tell({ begin: pace })
    return this.#part.promise
  }

  stop(): void {
    this.#tell({ stop: true })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message)
  }
}
