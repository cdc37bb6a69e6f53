import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ownScript } from '../../child-process/own-script.ts'
import type { FromThread, ToThread } from './thread-protocol.ts'

interface ThreadListener {
  onMessage(message: FromThread): void
  /** It has ended by itself, with this error if it had one. */
  onEnd(error?: Error): void
}

export interface LoadThread {
  tell(message: ToThread): void
  end(): Promise<void>
}

/** Threads that have done their work and wait for more: to start one takes longer than many a load of a test. */
const idle: OwnThread[] = []

/** A thread for one listener at a time. */
export function takeThread(listener: ThreadListener): LoadThread {
  const thread = idle.pop() ?? new OwnThread()
  thread.serve(listener)
  return thread
}

/** Gives a thread back that has ended what it was told. */
export function keepThread(thread: LoadThread): void {
  if (!(thread instanceof OwnThread)) return
  thread.rest()
  if (idle.length < availableParallelism()) idle.push(thread)
  else void thread.end()
}

class OwnThread implements LoadThread {
  readonly #worker: Worker
  #listener: ThreadListener | undefined

  constructor() {
    this.#worker = new Worker(ownScript('load-thread', fileURLToPath(import.meta.url), 'LOAD_THREAD'), {
      // Options meant for the tests' own processes (inspector, loaders) are not meant for this thread.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    this.#worker.on('message', (message: FromThread) => this.#listener?.onMessage(message))
    this.#worker.on('error', (error) => this.#ended(error instanceof Error ? error : new Error(String(error))))
    this.#worker.once('exit', () => this.#ended())
  }

  serve(listener: ThreadListener): void {
    this.#listener = listener
    this.#worker.ref()
  }

  /** It does not keep the process from ending. */
  rest(): void {
    this.#listener = undefined
    this.#worker.unref()
  }

  tell(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(message)
  }

  async end(): Promise<void> {
    this.#listener = undefined
    await this.#worker.terminate()
  }

  #ended(error?: Error): void {
    const at = idle.indexOf(this)
    if (at >= 0) idle.splice(at, 1)
    this.#listener?.onEnd(error)
    this.#listener = undefined
  }
}
