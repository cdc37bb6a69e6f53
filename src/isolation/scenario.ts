import { checkSchedule } from './check-schedule.ts'
import { describeReport, Exploration } from './exploration.ts'
import { explore, type ExploreOptions } from './explore.ts'
import { parseSteps } from './parse-steps.ts'
import type { RunOptions } from './prepared-spec.ts'
import type { IsolationReport } from './report.ts'
import { inOrder } from './run-schedule.ts'
import { runMatrix, type MatrixAxes } from './setting-matrix.ts'
import { SchedulePromise } from './schedule-promise.ts'
import type { MarkedStep, SessionSteps, StepName } from './scenario-options.ts'
import type { IsolationSetting } from './isolation-setting.ts'
import type { IsolationSpec } from './spec.ts'
import type { SpecTurns } from './spec-turns.ts'

/** Looks at one report; what it throws ends the exploration, and names the schedule. */
export type ReportCheck<Step extends string> = (report: IsolationReport<Step>) => void | Promise<void>

/** The names under which a report knows its steps: those of the sessions, and those of the queries afterwards. */
export type ReportStep<S extends SessionSteps> = StepName<S> | `afterwards.${string}`

export interface ScenarioContext {
  readonly turns: SpecTurns
  readonly options: RunOptions
  /** Where drawing starts from when nobody says. */
  readonly seed: () => number
  /** Sees every promise that a scenario gives out, to notice those that nobody awaits. */
  readonly onPromise?: (promise: SchedulePromise<unknown>) => void
}

/** Sessions whose steps can be interleaved, each time from the same state of the database. */
export class IsolationScenario<S extends SessionSteps> {
  readonly #spec: IsolationSpec
  readonly #context: ScenarioContext

  constructor(spec: IsolationSpec, context: ScenarioContext) {
    this.#spec = spec
    this.#context = context
  }

  /**
   * Runs the steps in this order. A step that is blocked is seen to be, and the schedule goes on; a statement that fails
   * is part of the report. Runs when it is awaited.
   *
   * @throws TidbTestError `ISOLATION_SCHEDULE` when the order is wrong, `ISOLATION_SESSION_BLOCKED` when a step comes
   *   while its session is blocked, `ISOLATION_STUCK` when no session can go on
   */
  permutation(...steps: MarkedStep<S>[]): Promise<IsolationReport<ReportStep<S>>> {
    const { turns, options } = this.#context
    return this.#promise(async ({ detect }) => {
      const schedule = parseSteps(steps)
      checkSchedule(this.#spec, schedule, { order: 'session' })
      return turns.take(this.#spec, (prepared) =>
        prepared.run(inOrder(schedule), detect ? { ...options, detect } : options),
      )
    }, this.permutation)
  }

  /**
   * Runs every order of the steps that the server lets run, or some of them; each from the same state. Orders in which a
   * step would come while its session is blocked are left out, and counted. Runs when it is awaited.
   *
   * With a check, it is called with each report as soon as there is one.
   *
   * @throws TidbTestError `ISOLATION_TOO_MANY`, `ISOLATION_STUCK`, `ISOLATION_OPTION`; what the check throws
   */
  everyInterleaving(
    ...given:
      | []
      | [options: ExploreOptions]
      | [check: ReportCheck<ReportStep<S>>]
      | [options: ExploreOptions, check: ReportCheck<ReportStep<S>>]
  ): Promise<Exploration<ReportStep<S>>> {
    const options = typeof given[0] === 'object' ? given[0] : {}
    const last = given.at(-1)
    const check = typeof last === 'function' ? last : undefined
    return this.#promise(({ detect }) => this.#explore(options, check, detect), this.everyInterleaving)
  }

  /**
   * Does the same in every combination of levels, modes and variables; what fails names its combination.
   *
   * @throws what the body throws; TidbTestError `ISOLATION_MATRIX` when it failed in several combinations
   */
  matrix(
    axes: MatrixAxes,
    body: (scenario: IsolationScenario<S>, setting: IsolationSetting) => Promise<void>,
  ): Promise<void> {
    return this.#promise(() => runMatrix(axes, (setting) => body(this.#in(setting), setting)), this.matrix)
  }

  #in(setting: IsolationSetting): IsolationScenario<S> {
    const { options } = this.#context
    const variables = { ...options.variables, ...setting.variables }
    return new IsolationScenario(this.#spec, { ...this.#context, options: { ...options, ...setting, variables } })
  }

  #explore(
    given: ExploreOptions,
    check: ReportCheck<ReportStep<S>> | undefined,
    detect: boolean,
  ): Promise<Exploration<ReportStep<S>>> {
    const { turns, seed } = this.#context
    const options = detect ? { ...this.#context.options, detect } : this.#context.options
    const wanted = given.sample === undefined ? given : { ...given, seed: given.seed ?? seed() }
    return turns.take(this.#spec, async (prepared) => {
      const reports: IsolationReport<ReportStep<S>>[] = []
      const ways = explore(prepared, options, wanted)
      for (;;) {
        const way = await ways.next()
        if (way.done === true) return new Exploration(reports, way.value)
        reports.push(way.value)
        if (check !== undefined) await checked(check, way.value, wanted.seed)
      }
    })
  }

  #promise<R>(
    work: (wanted: { readonly detect: boolean }) => Promise<R>,
    calledAs: (...args: never[]) => unknown,
  ): Promise<R> {
    const promise = new SchedulePromise(work, calledAs)
    this.#context.onPromise?.(promise as SchedulePromise<unknown>)
    return promise
  }
}

async function checked<Step extends string>(
  check: ReportCheck<Step>,
  report: IsolationReport<Step>,
  seed: number | undefined,
): Promise<void> {
  try {
    await check(report)
  } catch (error) {
    throw remarked(error, `in ${describeReport(report, seed)}`)
  }
}

/** An assertion's error stays what it is, so that its difference is shown. */
function remarked(error: unknown, remark: string): unknown {
  if (!(error instanceof Error)) return error
  const { message, stack } = error
  error.message = `${message}\n\n${remark}`
  if (stack?.includes(message) === true) error.stack = stack.replace(message, () => error.message)
  return error
}
