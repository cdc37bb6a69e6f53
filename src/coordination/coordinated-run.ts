import { inspect } from 'node:util'
import { runMachine } from '../state-machine/run-machine.ts'
import type { Machine } from '../state-machine/machine.ts'
import type { MachineRun } from '../state-machine/machine-run.ts'
import { CoordinationError } from '../errors/coordination-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionContext } from './connection-context.ts'
import type { CoordinationEvents } from './coordination-events.ts'
import type { MachineRequest } from './coordinator-options.ts'
import { comesOfAbort, type TaskOutcome } from './task-outcome.ts'
import { outsideTasks, watchTasks } from './task-activity.ts'
import { forgottenWaits } from './wait-errors.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Clock } from '../clock/clock.ts'

/** A function, which may return a machine that is then run; or a machine. */
export type Task = ((connection: ConnectionContext) => unknown) | Machine

export interface RunSetting {
  readonly tasks: ReadonlyMap<string, Task>
  readonly connections: ReadonlyMap<string, Connection>
  /** Whether a session is opened for a task before it begins. */
  readonly opens: (name: string) => boolean
  readonly registry: WaitRegistry
  readonly events: CoordinationEvents
  readonly controller: AbortController
  readonly clock: Clock
  /** So many must end well. */
  readonly needed: number
  readonly runMachine: (machine: Machine, request: MachineRequest) => Promise<MachineRun>
  /** Awaited before tasks with statements under way are told to end. */
  readonly beforeEnding: (() => Promise<unknown>) | undefined
}

/** Milliseconds that a function which was told to end has for it. */
const LAST_MOMENTS = 5_000

/** Runs tasks side by side, each on its connection, until all have ended. */
export class CoordinatedRun {
  readonly #setting: RunSetting
  readonly #outcomes = new Map<string, TaskOutcome>()

  constructor(setting: RunSetting) {
    this.#setting = setting
  }

  async outcomes(): Promise<Readonly<Record<string, TaskOutcome>>> {
    const { tasks } = this.#setting
    const unwatch = watchTasks()
    try {
      await Promise.all([...tasks].map(([name, task]) => this.#perform(name, task)))
    } finally {
      unwatch()
    }
    return Object.fromEntries([...tasks.keys()].flatMap((name) => entryOf(name, this.#outcomes.get(name))))
  }

  async #perform(name: string, task: Task): Promise<void> {
    const { connections, registry, events } = this.#setting
    const connection = connections.get(name)
    if (connection === undefined) throw new TypeError(`'${name}' has no connection`)
    try {
      const value = await this.#ended(connection, task)
      connection.become('disconnected', { result: value })
      events.report(name, 'testCompleted', { result: value })
      this.#outcomes.set(name, { status: 'disconnected', value })
      registry.end(name, { status: 'completed' })
    } catch (thrown) {
      this.#failed(connection, thrown)
    }
  }

  #failed(connection: Connection, thrown: unknown): void {
    const { registry, events, controller } = this.#setting
    const { name } = connection
    const error = asError(thrown)
    const aborted = controller.signal.aborted && comesOfAbort(thrown, controller.signal.reason)
    connection.become('error', { error })
    if (!aborted) connection.failed(error)
    events.report(name, 'testFailed', { error })
    this.#outcomes.set(name, { status: 'error', error, ...(aborted ? { aborted } : {}) })
    registry.end(name, { status: aborted ? 'ended' : 'failed', error })
    this.#endOthers(name, error)
  }

  /** As soon as too few can end well any more, nobody goes on in vain. */
  #endOthers(name: string, error: Error): void {
    const { tasks, connections, needed, controller, beforeEnding } = this.#setting
    const failed = [...this.#outcomes.values()].filter((outcome) => outcome.error !== undefined).length
    if (controller.signal.aborted || tasks.size - failed >= needed) return
    const left = tasks.size === needed ? 'all are required' : `${needed} must end well`
    const message = `'${name}' has failed, and ${left}: ${messageOf(error).split('\n')[0]}`
    const ended = new CoordinationError('COORDINATION_ENDED', message, { cause: error })
    const underWay = [...connections.values()].some(({ party }) => party.hasStatement())
    const end = (): void => controller.abort(ended)
    if (beforeEnding === undefined || !underWay) end()
    else beforeEnding().then(end, end)
  }

  async #ended(connection: Connection, task: Task): Promise<unknown> {
    try {
      const value = await this.#worked(connection, task)
      const { forgotten } = connection.party
      if (forgotten.size > 0)
        throw forgottenWaits(
          connection.name,
          [...forgotten].map(({ request }) => request.what),
        )
      return value
    } finally {
      await connection.close()
    }
  }

  async #worked(connection: Connection, task: Task): Promise<unknown> {
    const { opens, controller } = this.#setting
    const { signal } = controller
    signal.throwIfAborted()
    if (opens(connection.name)) {
      await connection.open()
      connection.become('testing')
    }
    const returned = typeof task === 'function' ? await this.#called(connection, task) : task
    if (!isMachine(returned)) return returned
    signal.throwIfAborted()
    // A machine that is interrupted still needs its session, to leave its states and clean up.
    return connection.party.activity.run(() => this.#setting.runMachine(returned, connection.request(signal)))
  }

  async #called(connection: Connection, task: (connection: ConnectionContext) => unknown): Promise<unknown> {
    const { controller, clock } = this.#setting
    const { signal } = controller
    const { promise: abandoned, reject } = Promise.withResolvers<never>()
    let timer: unknown
    const onAbort = (): void => {
      connection.halt()
      timer = outsideTasks(() => clock.setTimeout(() => reject(abandonedTask(connection.name)), LAST_MOMENTS))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const work = connection.party.activity.run(async () => task(connection.context))
      return await Promise.race([work, abandoned])
    } finally {
      signal.removeEventListener('abort', onAbort)
      clock.clearTimeout(timer)
    }
  }
}

function entryOf(name: string, outcome: TaskOutcome | undefined): readonly (readonly [string, TaskOutcome])[] {
  return outcome === undefined ? [] : [[name, outcome]]
}

/** Runs a machine on the session alone, for whoever brings no other way. */
export function runPlainMachine(machine: Machine, request: MachineRequest): Promise<MachineRun> {
  const { endpoint, database, session, signal } = request
  return runMachine(machine, {
    context: { endpoint, database, session },
    signal,
    onInterrupt: () => session?.kill(),
  })
}

function isMachine(value: unknown): value is Machine {
  return typeof value === 'object' && value !== null && 'plan' in value && 'names' in value
}

function abandonedTask(name: string): CoordinationError {
  return new CoordinationError(
    'COORDINATION_ABANDONED',
    `'${name}' was told to end, and did not within ${LAST_MOMENTS} ms: it is left alone`,
    { remedy: 'Pass the connection’s `signal` to what it waits for.', context: { connection: name } },
  )
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new CoordinationError(
        'COORDINATION_THROWN',
        `a task threw ${typeof thrown === 'string' ? thrown : inspect(thrown)}`,
        { cause: thrown },
      )
}
