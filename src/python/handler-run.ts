import { systemClock } from '../clock/system-clock.ts'
import { PythonError } from '../errors/python-error.ts'
import { addRemark, messageOf } from '../errors/tidb-test-error.ts'
import { DynamicMachine } from '../state-machine/dynamic-machine.ts'
import { FailedRunError } from '../state-machine/failed-run-error.ts'
import { runMachine } from '../state-machine/run-machine.ts'
import type { FailedStatement } from './failed-statement.ts'
import type { HandlerDatabase } from './handler-database.ts'
import { HandlerInstance, type HandlerOptions } from './handler-instance.ts'
import { canonicalState } from './state-name.ts'

export interface HandlerRunOptions extends HandlerOptions {
  /** The database of the test; undefined in a dry run, which has none. */
  readonly database: HandlerDatabase | undefined
  /** Milliseconds that are left for its `exit` when it has been interrupted. */
  readonly exitTimeout: number
  readonly signal?: AbortSignal
}

/** How a handler fared. */
export interface HandlerRun {
  readonly verdict: 'passed' | 'failed' | 'dry run' | 'skipped' | 'failed as expected'
  /** What a handler that failed raised, with Python's stack, or what else was wrong. */
  readonly error: unknown
  /** Why it was skipped, or expected to fail. */
  readonly reason: string | undefined
  /** Statements that it has sent. */
  readonly statements: number
  /** Statements that failed, and that the handler made nothing of. */
  readonly swallowed: readonly FailedStatement[]
  /** Threads that it has left running. */
  readonly threads: readonly string[]
  /** What it has printed, and what it has started. */
  readonly output: string
}

/** Milliseconds that `exit` has at least. */
const LEAST = 250
/** Milliseconds that the end of its objects has at least. */
const LEAST_FOR_DISPOSAL = 1_000
const BACKSTOP = 60_000

interface Verdict extends Pick<HandlerRun, 'verdict'> {
  readonly reason?: string | undefined
  readonly error?: unknown
  readonly threads?: readonly string[]
}

/**
 * Runs one handler: `enter`, `execute`, `exit`, each once and in this order; `exit` whatever the others do.
 *
 * The error of one that failed is a PythonError: what it raised, `PYTHON_STATE` for a state that is no success,
 * `PYTHON_TIMEOUT`, `PYTHON_DIED`, `PYTHON_EXPECTED_FAILURE` when it passed and should not.
 */
export async function runHandler(options: HandlerRunOptions): Promise<HandlerRun> {
  const { interpreter, connections } = options
  const instance = new HandlerInstance(options)
  interpreter.serve(connections)
  try {
    const { reason, error, threads = [], verdict } = await verdictOn(instance, options)
    return {
      verdict,
      reason,
      error,
      threads,
      statements: connections?.sent ?? 0,
      swallowed: connections?.swallowedBut(instance.raised) ?? [],
      output: instance.takeOutput(),
    }
  } finally {
    interpreter.serve(undefined)
  }
}

async function verdictOn(instance: HandlerInstance, options: HandlerRunOptions): Promise<Verdict> {
  const { database, handler } = options
  try {
    const created = await instance.create(database)
    if (created.skip !== undefined) return { verdict: 'skipped', reason: created.skip }
    const end = systemClock.now() + instance.time + options.exitTimeout
    const error = await attempt(() => machineRun(instance, options, end))
    const { mocks, threads } = await instance
      .dispose(Math.max(LEAST_FOR_DISPOSAL, end - systemClock.now()))
      .catch((other: unknown) => {
        throw error === undefined ? other : addRemark(error, `Then: ${messageOf(other)}`)
      })
    const reason = created.expectedFailure
    if (error === undefined && instance.skipped !== undefined)
      return { verdict: 'skipped', reason: instance.skipped, threads }
    if (reason === undefined) {
      if (error !== undefined) return { verdict: 'failed', error, threads }
      return { verdict: database === undefined || mocks > 0 ? 'dry run' : 'passed', threads }
    }
    if (error === undefined) return { verdict: 'failed', error: unexpectedPass(handler, reason), threads }
    return isOwnFault(error)
      ? { verdict: 'failed as expected', reason, threads }
      : { verdict: 'failed', error, threads }
  } catch (error) {
    return { verdict: 'failed', error }
  }
}

/** The handler as the one state of a machine, as any other handler. */
async function machineRun(instance: HandlerInstance, options: HandlerRunOptions, end: number): Promise<void> {
  const { handler, exitTimeout, signal } = options
  const timeout = instance.time
  // Its `exit` has what is left of the time, and sees to that by itself.
  const machine = new DynamicMachine<never, object>({ exitTimeout: timeout + exitTimeout + BACKSTOP }).register(
    handler,
    {
      name: handler,
      to: ['completed'],
      timeout,
      enter: async () => {
        await instance.call('enter')
      },
      execute: async () => {
        const state = await instance.call('execute')
        if (instance.skipped === undefined) assertCompleted(handler, state)
        return 'completed' as const
      },
      exit: async () => {
        await instance.leave(Math.max(LEAST, end - systemClock.now()))
      },
    },
  )
  try {
    await runMachine(machine, {
      context: {},
      clock: systemClock,
      onInterrupt: () => instance.interrupt(exitTimeout / 2),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (!(error instanceof FailedRunError)) throw error
    throw instance.failureOf(error.run.errors)
  }
}

function assertCompleted(handler: string, { state, returned }: { state: string | null; returned: string }): void {
  if (state !== null && canonicalState(state) === 'Completed') return
  const what = state === null ? returned : `'${state}'`
  throw new PythonError('PYTHON_STATE', `${handler}.execute returned ${what}, not PyState.completed()`, {
    remedy: 'A handler that has done its work returns PyState.completed(); nothing else is a success.',
  })
}

async function attempt(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error ?? new Error(messageOf(error))
  }
}

/** An expected failure is one of the handler, not of its interpreter. */
function isOwnFault(error: unknown): boolean {
  return error instanceof PythonError && (error.code === 'PYTHON_RAISED' || error.code === 'PYTHON_STATE')
}

function unexpectedPass(handler: string, reason: string): PythonError {
  return new PythonError('PYTHON_EXPECTED_FAILURE', `${handler} is marked to fail (${reason}), and it passed`, {
    remedy: 'Remove the mark: what it waited for has come.',
  })
}
