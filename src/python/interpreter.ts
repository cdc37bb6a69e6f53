import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageReader,
  type MessageConnection,
} from 'vscode-jsonrpc/node'
import { signalIfAlive } from '../child-process/process-identity.ts'
import { PythonError } from '../errors/python-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { CapturedOutput } from './captured-output.ts'
import { FrameWriter } from './frame-writer.ts'
import { pythonFolder } from './package-folder.ts'
import { answers, requests, type Answer, type Method, type Params, type Request } from './protocol.ts'
import { wrongMessage } from './wrong-message.ts'

/** Answers what handlers ask. What it throws reaches Python with the `data` of a `RemoteFailure`. */
export interface RequestServer {
  answer<R extends Request>(request: R, params: Params<R>): Promise<unknown>
}

/** A failure that Python is told with data. */
export class RemoteFailure extends Error {
  readonly data: object

  constructor(message: string, data: object, options?: ErrorOptions) {
    super(message, options)
    this.data = data
  }
}

export interface InterpreterOptions {
  /** As `findInterpreter` has found it. */
  readonly executable: string
  readonly environment?: NodeJS.ProcessEnv
  /** Every statement is printed, with its connection's id. */
  readonly showSql?: boolean
}

/** Milliseconds that an interpreter may take until it answers. */
const START_TIMEOUT = 30_000

/** A Python process that runs handlers. It ends with this process, however that ends, and its children with it. */
export class Interpreter {
  readonly #output = new CapturedOutput()
  readonly #child: ChildProcess
  readonly #connection: MessageConnection
  readonly #handles: readonly { ref(): void; unref(): void }[]
  readonly #waiting = new Set<(error: PythonError) => void>()
  readonly #ended: Promise<void>
  readonly #onExit = (): void => this.#signal('SIGKILL')
  #death: PythonError | undefined
  #gone = false
  #ending = false
  #closed = false
  #lastWords = ''
  #server: RequestServer | undefined
  version = ''
  /** The file whose handlers it has, if it was asked for one. */
  imported: string | undefined

  private constructor(options: InterpreterOptions) {
    const { fd } = this.#output
    this.#child = spawn(options.executable, [join(pythonFolder(), 'vitest_tidb', '_host')], {
      env: options.environment ?? process.env,
      stdio: ['ignore', fd, fd, 'pipe', 'pipe'],
      // A group of its own: a terminal's Ctrl-C is not for it, and what it starts can be ended with it.
      detached: true,
    })
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(this.#die(`it could not be started: ${error.message}`)))
      this.#child.once('exit', (code, signal) =>
        resolve(this.#die(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`)),
      )
    })
    const [, , , incoming, outgoing] = this.#child.stdio as unknown as readonly [null, null, null, Socket, Socket]
    const reader = new StreamMessageReader(outgoing)
    const writer = new FrameWriter(incoming)
    this.#connection = createMessageConnection(reader, writer)
    this.#connection.onRequest((method, params) => this.#serve(method, params))
    this.#connection.onClose(() => {
      // As it does when it ends; a handler can close it too, and then nothing more can be asked.
      this.#closed = true
      this.#signal('SIGKILL')
    })
    this.#connection.onError(([error]) => this.#broken(error))
    // Its death is told by the process itself.
    for (const pipe of [incoming, outgoing]) pipe.on('error', () => undefined)
    this.#connection.listen()
    this.#handles = [this.#child, incoming, outgoing]
    this.#hold()
    process.once('exit', this.#onExit)
  }

  /** @throws PythonError `PYTHON_START`, `PYTHON_PROTOCOL` */
  static async start(options: InterpreterOptions): Promise<Interpreter> {
    const interpreter = new Interpreter(options)
    const timer = setTimeout(() => interpreter.#signal('SIGKILL'), START_TIMEOUT)
    try {
      const { version } = await interpreter.ask('initialize', { showSql: options.showSql ?? false })
      interpreter.version = version
      return interpreter
    } catch (error) {
      await interpreter.end()
      const said = interpreter.takeOutput().trim()
      throw new PythonError(
        'PYTHON_START',
        `${options.executable} could not be made to run handlers: ${messageOf(error)}`,
        {
          cause: error,
          ...(said === '' ? {} : { remedy: `It said:\n${said.slice(-2_000)}` }),
        },
      )
    } finally {
      clearTimeout(timer)
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Why it can't be asked any more; undefined while it can. */
  get death(): PythonError | undefined {
    return this.#death
  }

  /** What it and its children have printed since it was last asked; its last words too, when it is gone. */
  takeOutput(): string {
    const text = this.#lastWords + this.#output.take()
    this.#lastWords = ''
    return text
  }

  /** Who answers what handlers ask, until somebody else does. */
  serve(server: RequestServer | undefined): void {
    this.#server = server
  }

  /** @throws PythonError `PYTHON_DIED` when it ends before it has answered, `PYTHON_PROTOCOL` */
  ask<M extends Method>(method: M, params: object): Promise<Answer<M>> {
    if (this.#death !== undefined) return Promise.reject(this.#death)
    if (this.#closed) return this.#ended.then(() => this.ask(method, params))
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      this.#hold()
      const settle = (): void => {
        this.#waiting.delete(reject)
        this.#hold()
      }
      this.#connection.sendRequest(method, params).then(
        (answer) => {
          settle()
          const checked = answers[method].safeParse(answer)
          if (checked.success) resolve(checked.data as Answer<M>)
          else reject(wrongMessage(`Python's answer to '${method}'`, checked.error))
        },
        (error: unknown) => {
          // When the process is gone, its end is the better explanation, and arrives in a moment.
          if (error instanceof ResponseError && error.code !== ErrorCodes.PendingResponseRejected) {
            settle()
            reject(new PythonError('PYTHON_PROTOCOL', `Python refused '${method}': ${error.message}`, { cause: error }))
          }
        },
      )
    })
  }

  /** Has it write the stacks of all threads to its output, even while its own lock is held. */
  dumpStacks(): void {
    this.#signal('SIGQUIT', this.pid)
  }

  /** Ends it at once, and what it has started. Idempotent. */
  async end(): Promise<void> {
    this.#ending = true
    this.#hold()
    this.#signal('SIGKILL')
    await this.#ended
  }

  /** While nothing is asked of it, it must not keep this process from ending. */
  #hold(): void {
    const needed = this.#waiting.size > 0 || this.#ending
    for (const handle of this.#handles) {
      if (needed) handle.ref()
      else handle.unref()
    }
  }

  #signal(signal: NodeJS.Signals, target = -this.pid): void {
    // Its id may be somebody else's when it has ended.
    if (this.pid !== 0 && !this.#gone) signalIfAlive(target, signal)
  }

  async #serve(method: string, params: unknown): Promise<unknown> {
    const schema = Object.hasOwn(requests, method) ? requests[method as Request] : undefined
    if (schema === undefined) throw new ResponseError(ErrorCodes.MethodNotFound, `there is no request '${method}'`)
    const checked = schema.safeParse(params)
    if (!checked.success) {
      throw new ResponseError(ErrorCodes.InvalidParams, wrongMessage(`'${method}'`, checked.error).message)
    }
    if (this.#server === undefined) {
      throw new ResponseError(
        ErrorCodes.InvalidRequest,
        `'${method}': no handler is under way, so nobody has a database`,
      )
    }
    try {
      return await this.#server.answer(method as Request, checked.data)
    } catch (error) {
      const data = error instanceof RemoteFailure ? error.data : undefined
      throw new ResponseError(ErrorCodes.InternalError, messageOf(error), data)
    }
  }

  /** Something else than messages came: nothing that follows can be relied on. */
  #broken(error: Error): void {
    this.#fail(new PythonError('PYTHON_PROTOCOL', `the messages from Python can't be read: ${error.message}`))
    this.#signal('SIGKILL')
  }

  #die(reason: string): void {
    // What it has started must not go on without it.
    this.#signal('SIGKILL')
    this.#gone = true
    this.#lastWords = this.#output.take()
    this.#output.close()
    process.removeListener('exit', this.#onExit)
    this.#fail(new PythonError('PYTHON_DIED', `the Python interpreter is gone: ${reason}`))
    this.#connection.dispose()
  }

  #fail(error: PythonError): void {
    this.#death ??= error
    for (const reject of this.#waiting) reject(this.#death)
    this.#waiting.clear()
  }
}
