import type { Clock } from '../clock/clock.ts'
import type { StateError } from '../errors/state-error.ts'
import { addContext } from '../errors/tidb-test-error.ts'
import { guardedChoice } from './guards.ts'
import { ContextMaker } from './handler-context.ts'
import type {
  HandlerContext,
  MachineHandler,
  MachineLimits,
  MachinePlan,
  Transition,
  TransitionHooks,
} from './machine.ts'
import type { Evidence, MachineRun, Phase, Visit, VisitOutcome } from './machine-run.ts'
import type { Awaitable } from './state-context.ts'
import {
  abortedRun,
  endlessRun,
  expiredClosing,
  expiredRun,
  expiredState,
  noHandler,
  undeclared,
} from './state-errors.ts'
import { Watchdog, Watched } from './watchdog.ts'

const DEFAULT_EXIT_TIMEOUT = 10_000
const DEFAULT_MAX_STEPS = 1_000

export interface RunningOptions extends MachineLimits {
  readonly context: object
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly hooks?: TransitionHooks
  readonly evidence?: Evidence
  readonly onInterrupt: ((context: object) => Awaitable<void>) | undefined
}

/** One run of a machine: the loop over states, and what it keeps. */
export class RunningMachine {
  readonly #plan: MachinePlan
  readonly #options: RunningOptions
  readonly #clock: Clock
  readonly #watchdog: Watchdog
  readonly #stateTimeout: number
  readonly #exitTimeout: number
  readonly #maxSteps: number
  readonly #hooks: readonly TransitionHooks[]
  readonly #before: boolean
  readonly #after: boolean
  readonly #history: Visit[] = []
  readonly #evidence: ReturnType<ReturnType<Evidence>>[] = []
  readonly #errors: unknown[] = []
  readonly #cleanups: (() => Awaitable<void>)[] = []
  readonly #contexts: ContextMaker
  readonly #data: unknown
  #state = ''
  #phase: Phase = 'enter'

  constructor(plan: MachinePlan, options: RunningOptions) {
    const { limits } = plan
    this.#plan = plan
    this.#options = options
    this.#clock = options.clock
    this.#stateTimeout = limits.stateTimeout ?? options.stateTimeout ?? Infinity
    this.#exitTimeout = limits.exitTimeout ?? options.exitTimeout ?? DEFAULT_EXIT_TIMEOUT
    this.#maxSteps = limits.maxSteps ?? options.maxSteps ?? DEFAULT_MAX_STEPS
    this.#hooks = options.hooks === undefined ? [plan.hooks] : [plan.hooks, options.hooks]
    this.#before = this.#hooks.some((hooks) => hooks.beforeTransition !== undefined)
    this.#after = this.#hooks.some((hooks) => hooks.afterTransition !== undefined)
    const timeout = limits.timeout ?? options.timeout ?? Infinity
    this.#watchdog = new Watchdog(this.#clock, this.#clock.now() + timeout, () =>
      expiredRun(timeout, this.#state, this.#phase),
    )
    this.#data = plan.data()
    this.#contexts = new ContextMaker(options.context, this.#clock, this.#data, (cleanup) => {
      this.#cleanups.push(cleanup)
    })
  }

  async run(): Promise<MachineRun> {
    const begun = this.#clock.now()
    const { signal } = this.#options
    const onAbort = (): void => this.#watchdog.interruptRun(abortedRun(this.#state, this.#phase, signal?.reason))
    this.#state = this.#plan.initial ?? '(none)'
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
    try {
      let previous: string | undefined
      for (let next: string | undefined = this.#state; next !== undefined;) {
        const from = previous
        this.#state = previous = next
        next = await this.#visit(next, from)
      }
      for (let cleanup = this.#cleanups.pop(); cleanup !== undefined; cleanup = this.#cleanups.pop()) {
        await this.#closing('cleanup', cleanup)
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#watchdog.stop()
    }
    return { state: this.#state, history: this.#history, milliseconds: this.#clock.now() - begun, errors: this.#errors }
  }

  /** Lines about a visit of the history; none when nobody gathers evidence. */
  evidenceOf(visit: Visit): readonly string[] {
    return this.#evidence[this.#history.indexOf(visit)]?.(visit) ?? []
  }

  /** Enters, executes and leaves one state; resolves to the next one, or undefined at the end. */
  async #visit(state: string, previous: string | undefined): Promise<string | undefined> {
    const plan = this.#plan
    const handler = plan.handlers.get(state)
    const enteredAt = this.#clock.now()
    const leaving = this.#options.evidence?.()
    const known = this.#errors.length
    const isError = state === plan.error
    const isEnd = isError || state === plan.completed
    const limit = isError ? this.#exitTimeout : (handler?.timeout ?? this.#stateTimeout)
    const watched = new Watched(enteredAt + limit, isError, () => expiredState(limit, state, this.#phase))
    const context = this.#contexts.make({
      state,
      previous,
      signal: watched.controller.signal,
      error: isError ? this.#errors[0] : undefined,
    })
    let next: string | undefined
    let entered = false
    this.#phase = 'enter'
    try {
      this.#watchdog.watch(watched, enteredAt)
      if (watched.reason !== undefined) throw watched.reason
      if (this.#before && previous !== undefined) await this.#hook('beforeTransition', previous, state, watched)
      if (!isEnd && this.#history.length >= this.#maxSteps) throw endlessRun(this.#maxSteps, this.#history)
      if (handler === undefined && !isEnd) throw noHandler(state, previous, plan)
      entered = true
      if (handler?.local !== undefined) context.local = handler.local()
      next = await this.#work(handler, context, state, previous, watched)
      if (handler?.guards !== undefined && !isEnd) next = guardedChoice(state, next, handler, this.#data)
      if (isEnd ? next !== undefined && next !== state : !isDeclared(next, handler, plan)) {
        throw undeclared(state, next, handler, plan)
      }
    } catch (error) {
      this.#errors.push(addContext(error, { state, handler: handler?.name, phase: this.#phase }))
      if (watched.reason !== undefined && error === watched.reason) await this.#interrupted(context)
    }
    const broken = this.#errors.length > known
    const phase = this.#phase
    this.#watchdog.unwatch()
    if (entered && handler?.exit !== undefined) await this.#exit(handler, context, watched)
    const failed = this.#errors.length > known
    const leftAt = this.#clock.now()
    if (leaving !== undefined) this.#evidence.push(leaving())
    const to = isEnd && !(failed && !isError) ? undefined : failed ? plan.error : next
    this.#history.push({
      state,
      handler: handler?.name,
      enteredAt,
      leftAt,
      milliseconds: leftAt - enteredAt,
      outcome: failed ? outcomeOf(this.#errors[known], watched.reason) : 'passed',
      next: to,
      phase: failed ? (broken ? phase : 'exit') : undefined,
      error: failed ? this.#errors[known] : undefined,
      exitError: failed && broken ? this.#errors[known + 1] : undefined,
    })
    return to
  }

  async #work(
    handler: MachineHandler | undefined,
    context: HandlerContext,
    state: string,
    previous: string | undefined,
    watched: Watched,
  ): Promise<string | undefined> {
    this.#phase = 'enter'
    let chosen: string | void = undefined
    if (handler?.enter !== undefined) {
      const entered = handler.enter(context)
      chosen = isPromise(entered) ? await watched.race(entered) : entered
    }
    if (this.#after && previous !== undefined) await this.#hook('afterTransition', previous, state, watched)
    if (chosen !== undefined && chosen !== state) return chosen
    this.#phase = 'execute'
    if (handler?.execute === undefined) return undefined
    const executed = handler.execute(context)
    return (isPromise(executed) ? await watched.race(executed) : executed) ?? undefined
  }

  async #hook(name: keyof TransitionHooks, from: string, to: string, watched: Watched): Promise<void> {
    const phase = this.#phase
    this.#phase = 'hook'
    const transition: Transition = { from, to, step: this.#history.length, error: this.#errors[0] }
    for (const hooks of this.#hooks) {
      const called = hooks[name]?.(transition)
      if (isPromise(called)) await watched.race(called)
    }
    this.#phase = phase
  }

  async #exit(handler: MachineHandler, context: HandlerContext, watched: Watched): Promise<void> {
    this.#phase = 'exit'
    await this.#closing(`exit of '${this.#state}'`, (signal) =>
      // Its own signal: what it has to put away must not be refused because time is up.
      handler.exit?.(watched.reason === undefined ? context : Object.create(context, { signal: { value: signal } })),
    )
  }

  async #interrupted(context: object): Promise<void> {
    const { onInterrupt } = this.#options
    if (onInterrupt !== undefined) await this.#closing('interruption', () => onInterrupt(context))
  }

  /** Work that runs however the run fares; what it throws is kept. */
  async #closing(what: string, work: (signal: AbortSignal) => Awaitable<void> | undefined): Promise<void> {
    const limit = this.#exitTimeout
    const now = this.#clock.now()
    const watched = new Watched(now + limit, true, () => expiredClosing(limit, what))
    try {
      this.#watchdog.watch(watched, now)
      const done = work(watched.controller.signal)
      if (isPromise(done)) await watched.race(done)
    } catch (error) {
      this.#errors.push(addContext(error, { state: this.#state, operation: what }))
    } finally {
      this.#watchdog.unwatch()
    }
  }
}

function isPromise<T>(value: Awaitable<T> | undefined): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value
}

function isDeclared(next: string | undefined, handler: MachineHandler | undefined, plan: MachinePlan): boolean {
  if (next === undefined) return false
  if (handler?.to !== undefined) return handler.to.includes(next)
  return plan.handlers.has(next) || next === plan.completed || next === plan.error
}

function outcomeOf(error: unknown, interruption: StateError | undefined): VisitOutcome {
  if (interruption === undefined || error !== interruption) return 'failed'
  return interruption.code === 'STATE_ABORTED' ? 'aborted' : 'timed out'
}
