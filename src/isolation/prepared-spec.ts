import type { Session } from '../connections/session.ts'
import { classifyStatements, type StatementKind } from '../databases/statement-kind.ts'
import { addRemark } from '../errors/tidb-test-error.ts'
import { DatabaseState } from './database-state.ts'
import { settingStatements, type IsolationSetting } from './isolation-setting.ts'
import { IsolationReport, type StepRecord } from './report.ts'
import type { ScheduledStep } from './schedule.ts'
import { ScheduleRun } from './schedule-run.ts'
import type { IsolationSpec, SessionSpec } from './spec.ts'
import type { Stage } from './stage.ts'
import { resultsOf } from './step-in-flight.ts'

export interface RunOptions extends IsolationSetting {
  /** Milliseconds that a blocked step is given to end by itself where nothing else can go on; 0 when not given. */
  readonly patience?: number
}

/** Says which step is next, or that there is none. */
export type NextStep = (run: ScheduleRun) => ScheduledStep | undefined | Promise<ScheduledStep | undefined>

/** A spec whose set-up has run, and whose schedules can be run one after another, each from the same state. */
export class PreparedSpec {
  readonly spec: IsolationSpec
  readonly #stage: Stage
  readonly #options: RunOptions
  readonly #state: DatabaseState
  #sessions: ReadonlyMap<string, Session> = new Map()

  private constructor(stage: Stage, spec: IsolationSpec, options: RunOptions, state: DatabaseState) {
    this.#stage = stage
    this.spec = spec
    this.#options = options
    this.#state = state
  }

  /** @throws StatementError when the set-up fails, TidbTestError `ISOLATION_SETTING` */
  static async open(stage: Stage, spec: IsolationSpec, options: RunOptions = {}): Promise<PreparedSpec> {
    settingStatements(options)
    const state = await DatabaseState.open(stage, spec)
    return new PreparedSpec(stage, spec, options, state)
  }

  /**
   * Runs one schedule.
   *
   * @throws TidbTestError `ISOLATION_SESSION_BLOCKED`, `ISOLATION_STUCK`, `ISOLATION_MARKERS`
   */
  async run(next: NextStep): Promise<IsolationReport> {
    const { spec } = this
    await this.#state.restore()
    this.#sessions = await this.#readySessions()
    for (const each of spec.sessions) await this.#prepare(each)
    const options = { spec, stage: this.#stage, sessions: this.#sessions }
    const { patience } = this.#options
    const run = new ScheduleRun(patience === undefined ? options : { ...options, patience })
    try {
      for (let step = await next(run); step !== undefined; step = await next(run)) await run.send(step)
      await run.finish()
    } catch (error) {
      await run.abandon()
      throw error
    } finally {
      this.#state.used(run.schedule)
      await this.#endTransactions()
    }
    const { level, mode, variables } = this.#options
    const report = new IsolationReport({
      schedule: run.schedule,
      records: run.records,
      events: run.events,
      afterwards: await this.#afterwards(),
      setting: {
        ...(level === undefined ? {} : { level }),
        ...(mode === undefined ? {} : { mode }),
        ...(variables === undefined ? {} : { variables }),
      },
    })
    for (const { name, teardown } of spec.sessions) await this.#runIn(name, teardown, 'teardown')
    return report
  }

  /** Runs the teardown and closes the sessions. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()))
    await this.#state.close()
  }

  async #readySessions(): Promise<ReadonlyMap<string, Session>> {
    const reusable = this.spec.sessions.every(leavesNothing)
    const opened = this.spec.sessions.map(async ({ name }) => {
      const before = this.#sessions.get(name)
      if (reusable && before?.status === 'connected') return [name, before] as const
      await before?.close()
      const session = await this.#stage.openSession(name)
      const statements = settingStatements(this.#options)
      if (statements.length > 0) await session.script(statements.join('; '))
      return [name, session] as const
    })
    return new Map(await Promise.all(opened))
  }

  async #prepare({ name, setup }: SessionSpec): Promise<void> {
    await this.#runIn(name, setup, 'setup')
  }

  async #runIn(name: string, statements: readonly string[], what: string): Promise<void> {
    const session = this.#sessions.get(name)
    if (session === undefined || session.status !== 'connected') return
    for (const statement of statements) {
      try {
        await session.script(statement)
      } catch (error) {
        throw addRemark(error, `It is in the ${what} of session ${name}.`)
      }
    }
  }

  async #endTransactions(): Promise<void> {
    const open = [...this.#sessions.values()].filter(({ status }) => status === 'connected')
    await Promise.all(open.map((session) => session.script('ROLLBACK').catch(ignoreLost(session))))
  }

  async #afterwards(): Promise<StepRecord[]> {
    const records: StepRecord[] = []
    for (const { name, sql: text } of this.spec.afterwards ?? []) {
      const results = await this.#state.session.script(text)
      records.push({
        session: 'afterwards',
        step: name,
        sql: text,
        position: -1,
        outcome: 'done',
        ...resultsOf(results, []),
      })
    }
    return records
  }
}

/** A session that was killed by a step has no transaction any more. */
function ignoreLost(session: Session): (error: unknown) => void {
  return (error) => {
    if (session.status === 'connected') throw error
  }
}

const LEAVES_NOTHING: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'query',
  'dml',
  'ddl',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'rollback-to-savepoint',
])

/** Whether a session can be used again: its statements change no variable, and leave no lock, prepared statement or temporary table. */
function leavesNothing({ setup, teardown, steps }: SessionSpec): boolean {
  const texts = [...setup, ...teardown, ...steps.map((step) => step.sql)]
  return texts.every(
    (text) =>
      classifyStatements(text).every(({ kind }) => LEAVES_NOTHING.has(kind)) && !/\bGET_LOCK\b|@\w+\s*:?=/i.test(text),
  )
}
