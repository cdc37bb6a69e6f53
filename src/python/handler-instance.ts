import { basename } from 'node:path'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { withinMilliseconds } from '../databases/within.ts'
import { PythonError } from '../errors/python-error.ts'
import { addContext, addRemark, messageOf } from '../errors/tidb-test-error.ts'
import type { ConnectionsHost } from './connections-host.ts'
import { handlerContext, handlerEnvironment, type HandlerDatabase } from './handler-database.ts'
import { dumpedFrames, raisedError, threadLines, withFrames } from './handler-error.ts'
import type { Interpreter } from './interpreter.ts'
import type { Answer, PythonFailure, PythonThread } from './protocol.ts'
import { isErrorState } from './state-name.ts'

type Phase = 'enter' | 'execute' | 'exit'
/** Before its phases the file is imported and the class called; after them its objects go. */
type Stage = 'import' | 'creation' | Phase | 'disposal'

export interface Returned {
  /** Null when it was no string. */
  readonly state: string | null
  /** Class and text of what was returned. */
  readonly returned: string
}

/** Milliseconds that Python may take to tell where it is; what holds its lock would keep it from telling. */
const STACK_TIMEOUT = 300

/** Milliseconds beyond the time of a handler after which its interpreter ends by itself, should nobody be left to end it. */
const BEYOND = 15_000
/** Milliseconds that code may take to give way. */
const GRACE = 500
/** 24 hours. */
const LONGEST = 86_400_000

/** What is known of a handler before it runs. */
interface Created {
  readonly skip: string | undefined
  readonly expectedFailure: string | undefined
}

export interface HandlerOptions {
  readonly interpreter: Interpreter
  /** Absolute. */
  readonly file: string
  /** Name of its class. */
  readonly handler: string
  /** Undefined in a dry run. */
  readonly connections: ConnectionsHost | undefined
  /** Milliseconds that it may take. */
  readonly timeout: number
}

/** One handler in its interpreter, from its constructor to the end of `exit`. */
export class HandlerInstance {
  /** Numbers of failed statements that the handler let pass. */
  readonly raised = new Set<number>()
  readonly #interpreter: Interpreter
  readonly #file: string
  readonly #handler: string
  readonly #connections: ConnectionsHost | undefined
  readonly #allowed: number
  #time: number
  #instance: number | undefined
  #stage: Stage = 'import'
  #interruptedIn: Stage | undefined
  #underWay: Promise<unknown> | undefined
  #threads: readonly PythonThread[] | undefined
  #skipped: string | undefined
  #output = ''

  constructor(options: HandlerOptions) {
    this.#interpreter = options.interpreter
    this.#file = options.file
    this.#handler = options.handler
    this.#connections = options.connections
    this.#allowed = options.timeout
    this.#time = options.timeout
  }

  /** Why the handler has said that there is nothing to test. */
  get skipped(): string | undefined {
    return this.#skipped
  }

  /** @throws PythonError what the file, or the class's constructor, raises; `PYTHON_TIMEOUT`, `PYTHON_DIED` */
  async create(database: HandlerDatabase | undefined): Promise<Created> {
    const dryRun = database === undefined
    const context = handlerContext(database)
    const environment = handlerEnvironment(database)
    const begun = systemClock.now()
    try {
      const skip = await this.#import(environment)
      if (skip !== undefined) return { skip, expectedFailure: undefined }
      this.#stage = 'creation'
      this.#connections?.lendMain()
      const given = { file: this.#file, handler: this.#handler, context, environment, dryRun }
      const asked = this.#interpreter.ask('create', given)
      this.#underWay = asked
      const answer = await this.#within(asked, this.#time - (systemClock.now() - begun))
      return this.#created(answer)
    } catch (error) {
      const shown = this.failureOf([error])
      throw this.#stage === 'import' ? addContext(shown, { stage: 'import' }) : shown
    } finally {
      this.#time = Math.max(1, this.#time - (systemClock.now() - begun))
    }
  }

  /** By itself, the first time: a file that can't be imported is told from a class that can't be called. */
  async #import(environment: Readonly<Record<string, string>>): Promise<string | undefined> {
    if (this.#interpreter.imported === this.#file) return undefined
    const asked = this.#interpreter.ask('load', { file: this.#file, environment })
    this.#underWay = asked
    const answer = await this.#within(asked, this.#time)
    if ('interrupted' in answer) throw this.#timeout()
    if ('error' in answer) throw this.#raisedError(answer.error)
    if ('skip' in answer) return answer.skip
    this.#interpreter.imported = this.#file
    return undefined
  }

  #created(answer: Answer<'create'>): Created {
    if ('interrupted' in answer) throw this.#timeout()
    if ('error' in answer) throw this.#raisedError(answer.error)
    if ('skip' in answer) return { skip: answer.skip, expectedFailure: undefined }
    this.#instance = answer.instance
    return { skip: undefined, expectedFailure: answer.expectedFailure ?? undefined }
  }

  /** @throws PythonError what it raises; `PYTHON_STATE` when it returns an error state */
  async call(method: Phase): Promise<Returned> {
    if (this.#skipped !== undefined) return { state: null, returned: 'nothing' }
    this.#stage = method
    const limit = (Math.min(this.#allowed, LONGEST) + BEYOND) / 1_000
    const asked = this.#interpreter.ask('call', { instance: this.#instance, method, limit })
    this.#underWay = asked
    const answer = await asked
    if ('error' in answer) throw this.#raisedError(answer.error)
    if ('interrupted' in answer) throw this.#timeout()
    if ('skip' in answer) {
      this.#skipped = answer.skip
      return { state: null, returned: 'nothing' }
    }
    if (method !== 'exit' && answer.state !== null && isErrorState(answer.state)) {
      throw new PythonError('PYTHON_STATE', `${this.#handler}.${method} returned the error state '${answer.state}'`)
    }
    return answer
  }

  /** Milliseconds that are left for `enter` and `execute`. */
  get time(): number {
    return this.#time
  }

  /** All that was printed so far. */
  takeOutput(): string {
    this.#output += this.#interpreter.takeOutput()
    return this.#output
  }

  /** What has to be done between `execute` and the end of `exit`. */
  async leave(milliseconds: number): Promise<void> {
    if (this.#interpreter.death !== undefined) return
    await this.#connections?.rollBackOthers()
    const skipped = this.#skipped
    this.#skipped = undefined
    await this.#within(this.call('exit'), milliseconds)
    this.#skipped = skipped ?? this.#skipped
  }

  /**
   * Ends what is under way: notes where every thread is, ends the statements, interrupts the code; the interpreter too
   * when the code does not yield within `grace` milliseconds.
   */
  async interrupt(grace: number = GRACE): Promise<void> {
    const underWay = this.#underWay
    this.#interruptedIn ??= this.#stage
    if (underWay === undefined || this.#interpreter.death !== undefined) return
    const threads = await this.#whereItIs()
    this.#threads ??= threads
    const answers = threads.length > 0 && (await hasSettled(this.#interpreter.ask('interrupt', {}), STACK_TIMEOUT))
    const ended = this.#connections?.endStatements() ?? Promise.resolve()
    const yielded = answers && (await hasSettled(underWay, grace))
    if (!yielded) await this.#interpreter.end()
    await hasSettled(ended, grace)
  }

  /**
   * Lets go of the handler, and tells what the interpreter looks like then: threads that still run, mock connections that
   * were made.
   *
   * @throws PythonError `PYTHON_TIMEOUT`, `PYTHON_DIED`: finalizers are code of the handler's, too
   */
  async dispose(milliseconds: number): Promise<Answer<'dispose'>> {
    const nothing = { threads: [], mocks: 0 }
    if (this.#interpreter.death !== undefined || this.#instance === undefined) return nothing
    this.#stage = 'disposal'
    const asked = this.#interpreter.ask('dispose', { instance: this.#instance })
    this.#underWay = asked
    try {
      const left = await this.#within(asked, milliseconds)
      if (left.error !== undefined) throw this.#raisedError(left.error)
      return left
    } catch (error) {
      throw this.failureOf([error])
    }
  }

  /** The one error to be shown for all that went wrong in a run, with what is known of it. */
  failureOf(errors: readonly unknown[]): unknown {
    const [first, ...others] = errors
    const shown = isTimeout(first) ? this.#timedOut(first) : isDeath(first) ? this.#died(first) : first
    for (const other of others) {
      if (other !== this.#interpreter.death) addRemark(shown, `Then: ${messageOf(other)}`)
    }
    return shown
  }

  /** @throws PythonError `PYTHON_TIMEOUT` when it takes longer; what was under way has been ended then */
  async #within<T>(asked: Promise<T>, milliseconds: number): Promise<T> {
    if (await hasSettled(asked, milliseconds)) return asked
    await this.interrupt()
    throw this.#timeout()
  }

  async #whereItIs(): Promise<readonly PythonThread[]> {
    const asked = this.#interpreter.ask('stack', {})
    if (await hasSettled(asked, STACK_TIMEOUT)) return (await asked).threads
    // Some code keeps all other threads from running; a signal handler in C still gets through.
    this.#interpreter.dumpStacks()
    await sleep(systemClock, STACK_TIMEOUT)
    return []
  }

  #raisedError(failure: PythonFailure): PythonError {
    for (const number of failure.statements) this.raised.add(number)
    return raisedError(failure, this.#handler)
  }

  #timeout(): PythonError {
    return new PythonError('PYTHON_TIMEOUT', `${this.#what(this.#stage)} was interrupted`)
  }

  #timedOut(cause: unknown): PythonError {
    const threads = this.#threads?.length ? this.#threads : dumpedThread(this.takeOutput())
    const ended = this.#interpreter.death === undefined ? '' : '; its interpreter was ended'
    const error = new PythonError(
      'PYTHON_TIMEOUT',
      [
        `${this.#what(this.#interruptedIn ?? this.#stage)} ${isAborted(cause) ? 'was cancelled' : `did not end within ${this.#allowed} ms`}${ended}`,
        ...threadLines(threads).map((line) => `  ${line}`),
      ].join('\n'),
      { remedy: 'Find out what it waits for, or give the test more time (test.timeout).' },
    )
    return withFrames(error, threads.find((thread) => thread.main)?.traceback ?? [])
  }

  #what(stage: Stage): string {
    if (stage === 'import' || stage === 'creation') return `loading ${this.#handler} from ${basename(this.#file)}`
    return stage === 'disposal' ? `letting go of the instance of ${this.#handler}` : `${this.#handler}.${stage}`
  }

  #died(death: PythonError): PythonError {
    const during = `while ${this.#what(this.#stage)} ran`
    const error = new PythonError('PYTHON_DIED', `${death.message}, ${during}`, {
      remedy: 'The next handler gets an interpreter of its own. What it said last is in the output.',
    })
    return withFrames(error, dumpedFrames(this.takeOutput()))
  }
}

/** Where the interpreter was that could not tell it by itself. */
function dumpedThread(output: string): PythonThread[] {
  const traceback = dumpedFrames(output)
  return traceback.length === 0 ? [] : [{ name: 'MainThread', main: true, traceback: [...traceback] }]
}

/** Whether a promise settles within so many milliseconds. Its failure is told to whoever awaits it. */
async function hasSettled(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return (await withinMilliseconds(Promise.allSettled([promise]), milliseconds)) !== undefined
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'STATE_ABORTED'
}

function isTimeout(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'STATE_TIMEOUT' || code === 'STATE_ABORTED' || code === 'PYTHON_TIMEOUT'
}

function isDeath(error: unknown): error is PythonError {
  return error instanceof PythonError && error.code === 'PYTHON_DIED'
}
