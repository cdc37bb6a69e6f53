import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BackendError } from '../errors/backend-error.ts'
import { isAlive, type ProcessIdentity, signalIfAlive, startTimeOf } from './process-identity.ts'
import { ownScript } from './own-script.ts'
import type { ReaperCommand, ReaperMessage, ReaperRequest, SpawnOptions } from './reaper-protocol.ts'
import { removeRunFolder } from './run-folder.ts'

interface ProcessExit {
  readonly exitCode: number | null
  readonly signal: string | null
}

/** A process that the reaper started and that cannot outlive this one. */
export interface SupervisedProcess {
  readonly pid: number
  /** Never rejects. Does not keep this process from ending meanwhile. */
  readonly exited: Promise<ProcessExit>
  /** The same, but this process does not end before it for want of other work. */
  waitForExit(): Promise<ProcessExit>
  /** To the process and all that it started. Does nothing once it has ended. */
  signal(signal: NodeJS.Signals): Promise<void>
}

/** The link to the process that ends a run's servers and removes its folders when this process ends, however it ends. */
export interface Reaper {
  readonly identity: ProcessIdentity
  /** A folder of this run, mode 0700; removed at the end with all it holds. */
  readonly runFolder: string
  /** @throws BackendError `BACKEND_SPAWN` (no such program, not executable) or `BACKEND_REAPER_LOST`. */
  spawn(options: SpawnOptions, onLine?: (line: string) => void): Promise<SupervisedProcess>
  /** Has a folder outside of the run folder removed at the end too. */
  own(folder: string): Promise<void>
  /** Ends all processes, removes all folders; resolves when that is done. Idempotent. */
  close(): Promise<void>
}

interface Supervised {
  readonly identity: ProcessIdentity
  readonly onLine: ((line: string) => void) | undefined
  readonly exited: (exit: ProcessExit) => void
}

/**
 * Starts a reaper of this process; others use `startReaper`, which may have one.
 *
 * @throws BackendError `BACKEND_RUN_FOLDER` or `BACKEND_REAPER`
 */
export async function spawnReaper(): Promise<Reaper> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ownScript('reaper', fileURLToPath(import.meta.url), 'BACKEND_REAPER')],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      // Options meant for the tests' own processes (inspector, loaders) are not meant for this one.
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  )
  const link = new ReaperLink(child)
  try {
    return await link.ready
  } catch (error) {
    child.stdin?.destroy()
    throw error
  }
}

class ReaperLink implements Reaper {
  readonly ready: Promise<Reaper>
  identity: ProcessIdentity = { pid: 0, startTime: '' }
  runFolder = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  readonly #supervised = new Map<number, Supervised>()
  readonly #pending = new Map<number, { resolve: (pid: number) => void; reject: (error: Error) => void }>()
  #lastId = 0
  #holds = 0
  #lost: BackendError | undefined
  #lastWords = ''

  constructor(child: ChildProcess) {
    this.#child = child
    this.ready = new Promise((resolve, reject) => {
      this.#pending.set(0, { resolve: () => resolve(this), reject })
    })
    child.stdin?.on('error', () => undefined)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-2000)
    })
    if (child.stdout !== null) {
      createInterface(child.stdout).on('line', (line) => this.#receive(JSON.parse(line) as ReaperMessage))
    }
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (exitCode, signal) => resolve(`it ended with ${signal ?? `exit code ${exitCode}`}`))
    })
    this.#ended = ended.then((reason) => this.#lose(`${reason} ${this.#lastWords}`.trim()))
    this.#hold()
  }

  async spawn(options: SpawnOptions, onLine?: (line: string) => void): Promise<SupervisedProcess> {
    let settle: (exit: ProcessExit) => void = () => undefined
    const exited = new Promise<ProcessExit>((resolve) => {
      settle = resolve
    })
    const pid = await this.#request({ type: 'spawn', spawn: options }, (pid) => {
      this.#supervised.set(pid, {
        identity: { pid, startTime: startTimeOf(pid) ?? '' },
        onLine,
        exited: settle,
      })
    })
    const signal = async (name: NodeJS.Signals): Promise<void> => {
      if (this.#supervised.has(pid)) await this.#request({ type: 'signal', pid, signal: name })
    }
    const waitForExit = async (): Promise<ProcessExit> => {
      this.#hold()
      return await exited.finally(() => this.#release())
    }
    return { pid, exited, waitForExit, signal }
  }

  async own(folder: string): Promise<void> {
    await this.#request({ type: 'own', folder })
  }

  async close(): Promise<void> {
    this.#hold()
    this.#child.stdin?.end()
    await this.#ended
  }

  /** `register` runs in the same turn as the reply is read, so that an exit right after it finds its process. */
  #request(command: ReaperCommand, register: (pid: number) => void = () => undefined): Promise<number> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {
        resolve: (pid) => {
          register(pid)
          resolve(pid)
        },
        reject,
      })
      this.#hold()
      const request: ReaperRequest = { ...command, id }
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`)
    })
  }

  #receive(message: ReaperMessage): void {
    switch (message.type) {
      case 'ready':
        this.identity = { pid: message.pid, startTime: message.startTime }
        this.runFolder = message.runFolder
        this.#settle(0, (pending) => pending.resolve(message.pid))
        break
      case 'failed':
        this.#settle(0, (pending) => pending.reject(new BackendError(message.code, message.message)))
        break
      case 'reply':
        this.#settle(message.id, (pending) => {
          if (message.error === undefined) pending.resolve(message.pid ?? 0)
          else pending.reject(new BackendError('BACKEND_SPAWN', `Cannot start a process: ${message.error}`))
        })
        break
      case 'line':
        this.#supervised.get(message.pid)?.onLine?.(message.line)
        break
      case 'exit': {
        const supervised = this.#supervised.get(message.pid)
        this.#supervised.delete(message.pid)
        supervised?.exited({ exitCode: message.exitCode, signal: message.signal })
      }
    }
  }

  #settle(
    id: number,
    how: (pending: { resolve: (pid: number) => void; reject: (error: Error) => void }) => void,
  ): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (pending === undefined) return
    how(pending)
    this.#release()
  }

  /** The reaper has ended. If nobody asked it to, its children are ours to end. */
  async #lose(reason: string): Promise<void> {
    if (this.#lost !== undefined) return
    this.#lost = new BackendError(
      'BACKEND_REAPER_LOST',
      `The process that looks after the servers is gone: ${reason}`,
      {
        remedy: 'All servers of this run have been ended. Run the tests again.',
      },
    )
    const orphans = [...this.#supervised.values()]
    this.#supervised.clear()
    for (const { identity } of orphans) if (isAlive(identity)) signalIfAlive(-identity.pid)
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    if (this.runFolder !== '') await removeRunFolder(this.runFolder)
    for (const { exited } of orphans) exited({ exitCode: null, signal: 'SIGKILL' })
    for (const { reject } of pending) reject(this.#lost)
  }

  /** While nothing is asked of it, the reaper must not keep this process from ending. */
  #hold(): void {
    this.#holds++
    if (this.#holds === 1) for (const handle of this.#handles()) handle.ref()
  }

  #release(): void {
    this.#holds--
    if (this.#holds === 0) for (const handle of this.#handles()) handle.unref()
  }

  /** The streams are sockets, which the types do not say. */
  #handles(): { ref(): void; unref(): void }[] {
    const { stdin, stdout, stderr } = this.#child
    return [this.#child, ...([stdin, stdout, stderr] as unknown as { ref(): void; unref(): void }[])]
  }
}
