import { isCoordinationError } from '../errors/guards.ts'
import { placeAt } from '../errors/place-at.ts'
import type { ConnectionContext } from './connection-context.ts'
import { Coordinated } from './coordinated.ts'
import type { Task } from './coordinated-run.ts'
import type { RequiredOf, ResultsOf, RunOf, TaskOf } from './coordinated-types.ts'
import { defaultLimits, type CoordinationLimits } from './coordination-limits.ts'
import type { CoordinatedRunOptions, CoordinatorOptions } from './coordinator-options.ts'
import { namedTasks } from './named-tasks.ts'
import { cancelledRun, FailedCoordinationError, neededOf, type TaskOutcome, type Requirement } from './task-outcome.ts'
import { prepareRun, type AnyRunOptions } from './prepare-run.ts'
import { onAbort } from './on-abort.ts'

type GivenOptions = AnyRunOptions & { readonly count?: number }
type GivenTasks = Readonly<Record<string, Task>> | ((connection: ConnectionContext) => unknown)
type EndedRun = Readonly<Record<string, TaskOutcome>>

/** Runs tasks side by side, each on a connection of its own. A task is a function, or a machine. */
export class ConnectionCoordinator {
  readonly #options: CoordinatorOptions
  readonly #limits: CoordinationLimits
  readonly #running = new Map<Promise<unknown>, (reason: unknown) => void>()
  readonly #forgotten = new Set<Coordinated<object>>()

  constructor(options: CoordinatorOptions) {
    const { timeout, duration, interval, count, maxConnections } = options
    const given = Object.entries({ timeout, duration, interval, count, maxConnections })
    this.#options = options
    this.#limits = { ...defaultLimits, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) }
  }

  /**
   * Runs each task on a connection of its own, named as the task is. The run resolves to what they returned; a machine
   * that a task is, or returns, is run, and contributes its run.
   *
   * Awaiting rejects when fewer end well than `require` says; `run.outcomes` and `expect(run)` look without that.
   *
   * @throws FailedCoordinationError `COORDINATION_FAILED`; CoordinationError `COORDINATION_CANCELLED`,
   *   `COORDINATION_TASKS`, `COORDINATION_REQUIRE`
   */
  run<
    T extends object = object,
    M extends object = object,
    E extends object = object,
    const Required extends Requirement = 'all',
    const Tasks extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>,
  >(
    options: CoordinatedRunOptions<T, M, E, Required>,
    tasks: Tasks & Readonly<Record<string, TaskOf<T, M, E>>>,
  ): Coordinated<ResultsOf<Tasks>, RequiredOf<ResultsOf<Tasks>, Required>>
  /** Runs one task on `count` connections, named `connection-1`, `connection-2`, …; connections.count when not given. */
  run<
    R,
    T extends object = object,
    M extends object = object,
    E extends object = object,
    const Required extends Requirement = 'all',
  >(
    options: CoordinatedRunOptions<T, M, E, Required> & { readonly count?: number },
    task: (connection: ConnectionContext<T, M, E>) => R,
  ): Coordinated<Record<string, RunOf<R>>, RequiredOf<Record<string, RunOf<R>>, Required>>
  run(options: GivenOptions, tasks: GivenTasks): Coordinated<object> {
    const controller = new AbortController()
    const { registry, needed, outcomes } = this.#begin(options, tasks, controller)
    const createdAt = new Error('begun')
    Error.captureStackTrace(createdAt, this.run)
    const results = outcomes
      .then((ended) => resultsOf(ended, needed, controller.signal))
      .catch((error: unknown) => {
        throw isCoordinationError(error) ? placeAt(error, createdAt) : error
      })
    const onAwait = (): void => {
      this.#forgotten.delete(run)
      registry?.outsideWaits()
    }
    const run: Coordinated<object> = new Coordinated<object>({ results, outcomes, onAwait, createdAt })
    this.#forgotten.add(run)
    this.#options.onRun?.(run)
    return run
  }

  /** Runs that nobody has awaited, ended or not. */
  get forgotten(): readonly Coordinated<object>[] {
    return [...this.#forgotten]
  }

  /** Cancels the runs that are under way, and waits until they have ended. */
  async close(): Promise<void> {
    const running = [...this.#running]
    for (const [, cancel] of running) cancel(new Error('the coordinator was closed'))
    await Promise.allSettled(running.map(([outcomes]) => outcomes))
  }

  #begin(options: GivenOptions, given: GivenTasks, controller: AbortController): Begun {
    const limits = this.#limits
    try {
      const tasks = namedTasks(given, options.count ?? limits.count, limits, Object.keys(options.connections ?? {}))
      const needed = neededOf(options.require ?? 'all', tasks.size)
      const cancel = (reason: unknown): void => controller.abort(cancelledRun(reason))
      const { run, registry } = prepareRun(tasks, needed, controller, { ...this.#options, limits }, options)
      const release = onAbort([this.#options.signal, options.signal], cancel)
      const outcomes = run.outcomes()
      this.#running.set(outcomes, cancel)
      outcomes.finally(() => {
        release()
        this.#running.delete(outcomes)
      })
      return { registry, needed, outcomes }
    } catch (error) {
      // One rule for every failure: it rejects the run.
      const outcomes = Promise.reject<EndedRun>(error)
      outcomes.catch(() => undefined)
      return { registry: undefined, needed: 0, outcomes }
    }
  }
}

interface Begun {
  readonly registry: { outsideWaits(): void } | undefined
  readonly needed: number
  readonly outcomes: Promise<EndedRun>
}

/** @throws FailedCoordinationError; CoordinationError `COORDINATION_CANCELLED` */
function resultsOf(outcomes: EndedRun, needed: number, signal: AbortSignal): object {
  const ended = Object.entries(outcomes)
  if (ended.filter(([, { error }]) => error === undefined).length < needed) {
    const failed = ended.some(([, { error, aborted }]) => error !== undefined && aborted !== true)
    throw failed || !signal.aborted ? new FailedCoordinationError(outcomes, needed) : signal.reason
  }
  return Object.fromEntries(ended.flatMap(([name, outcome]) => ('value' in outcome ? [[name, outcome.value]] : [])))
}
