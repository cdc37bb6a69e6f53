import { addRemark } from '../errors/tidb-test-error.ts'
import { DatabaseState } from './database-state.ts'
import { Detector } from './detection/detector.ts'
import { settingStatements, type IsolationSetting } from './isolation-setting.ts'
import { IsolationReport, type StepRecord } from './report.ts'
import type { ScheduledStep } from './schedule.ts'
import { ScheduleRun } from './schedule-run.ts'
import type { IsolationSpec } from './spec.ts'
import type { Stage } from './stage.ts'
import { resultsOf } from './step-in-flight.ts'
import { StepSessions } from './step-sessions.ts'

export interface RunOptions extends IsolationSetting {
  /** Milliseconds that a blocked step is given to end by itself where nothing else can go on; 0 when not given. */
  readonly patience?: number
  /** Whether the anomalies that a schedule shows are looked for, which takes about as long again as the schedule. */
  readonly detect?: boolean
}

/** Says which step is next, or that there is none. */
export type NextStep = (run: ScheduleRun) => ScheduledStep | undefined | Promise<ScheduledStep | undefined>

/** A spec whose set-up has run, and whose schedules can be run one after another, each from the same state. */
export class PreparedSpec {
  readonly spec: IsolationSpec
  readonly #stage: Stage
  readonly #state: DatabaseState
  readonly #sessions: StepSessions
  #detector: Detector | undefined

  private constructor(stage: Stage, spec: IsolationSpec, state: DatabaseState) {
    this.#stage = stage
    this.spec = spec
    this.#state = state
    this.#sessions = new StepSessions(stage, spec)
  }

  /** @throws StatementError when the set-up fails */
  static async open(stage: Stage, spec: IsolationSpec): Promise<PreparedSpec> {
    return new PreparedSpec(stage, spec, await DatabaseState.open(stage, spec))
  }

  /**
   * Runs one schedule.
   *
   * @throws TidbTestError `ISOLATION_SESSION_BLOCKED`, `ISOLATION_STUCK`, `ISOLATION_MARKERS`, `ISOLATION_SETTING`
   */
  async run(
    next: NextStep,
    { level, mode, variables, patience, detect = false }: RunOptions = {},
  ): Promise<IsolationReport> {
    const setting: IsolationSetting = {
      ...(level === undefined ? {} : { level }),
      ...(mode === undefined ? {} : { mode }),
      ...(variables === undefined ? {} : { variables }),
    }
    settingStatements(setting)
    await this.#state.restore()
    const detector = detect ? await this.#openDetector() : undefined
    const watch = await detector?.watch()
    const run = new ScheduleRun({
      spec: this.spec,
      stage: this.#stage,
      sessions: await this.#sessions.ready(setting),
      ...(patience === undefined ? {} : { patience }),
      ...(watch === undefined ? {} : { watch }),
    })
    try {
      for (let step = await next(run); step !== undefined; step = await next(run)) await run.send(step)
      await run.finish()
    } catch (error) {
      await run.abandon()
      throw error
    } finally {
      this.#state.used(run.schedule)
      if (!this.#stage.signal.aborted) await this.#sessions.endTransactions()
    }
    const { schedule, records, events } = run
    const detection = await detector?.detect(watch)
    const report = new IsolationReport({
      schedule,
      records,
      events,
      afterwards: await this.#afterwards(),
      setting,
      ...(detection === undefined ? {} : { detection }),
    })
    await this.#sessions.tearDown()
    return report
  }

  /** Closes the sessions, and runs the teardown unless that is to be left. */
  async close(options: { readonly teardown?: boolean } = {}): Promise<void> {
    await Promise.all([this.#sessions.close(), this.#closeDetector()])
    await this.#state.close({ teardown: options.teardown ?? true })
  }

  /** The same, and drops what the set-up has made, for another spec on the same database. */
  async clear(): Promise<void> {
    await Promise.all([this.#sessions.close(), this.#closeDetector()])
    await this.#state.clear()
  }

  async #openDetector(): Promise<Detector> {
    this.#detector ??= await Detector.open(await this.#stage.openSession('detection'), this.spec)
    return this.#detector
  }

  async #closeDetector(): Promise<void> {
    const detector = this.#detector
    this.#detector = undefined
    await detector?.close()
  }

  async #afterwards(): Promise<StepRecord[]> {
    const records: StepRecord[] = []
    for (const { name, sql } of this.spec.afterwards ?? []) {
      const results = await this.#state.session.script(sql).catch((error: unknown) => {
        throw addRemark(error, `It is the query '${name}' afterwards.`)
      })
      const record = { session: 'afterwards', step: name, sql, position: -1, outcome: 'done' } as const
      records.push({ ...record, ...resultsOf(results, []) })
    }
    return records
  }
}
