import { closeSessions } from '../connections/close-sessions.ts'
import type { Session } from '../connections/session.ts'
import { classifyStatements, type StatementKind } from '../databases/statement-kind.ts'
import { addRemark } from '../errors/tidb-test-error.ts'
import { describeSetting, settingStatements, type IsolationSetting } from './isolation-setting.ts'
import type { IsolationSpec, SessionSpec } from './spec.ts'
import type { Stage } from './stage.ts'

/** The sessions of a spec, kept open from schedule to schedule where one leaves nothing behind for the next. */
export class StepSessions {
  readonly #stage: Pick<Stage, 'openSession'>
  readonly #specs: readonly SessionSpec[]
  readonly #reusable: boolean
  #sessions: ReadonlyMap<string, Session> = new Map()
  #setting: string | undefined

  constructor(stage: Pick<Stage, 'openSession'>, { sessions }: Pick<IsolationSpec, 'sessions'>) {
    this.#stage = stage
    this.#specs = sessions
    this.#reusable = sessions.every(leavesNothing)
  }

  /** Sessions in this setting, after their set-up. @throws StatementError, ConnectError */
  async ready(setting: IsolationSetting): Promise<ReadonlyMap<string, Session>> {
    const wanted = describeSetting(setting)
    const reusable = this.#reusable && wanted === this.#setting
    const before = this.#sessions
    this.#sessions = new Map(
      await Promise.all(
        this.#specs.map(async ({ name }) => {
          const session = before.get(name)
          if (reusable && session?.status === 'connected') return [name, session] as const
          await session?.close()
          return [name, await this.#open(name, setting)] as const
        }),
      ),
    )
    this.#setting = wanted
    for (const { name, setup } of this.#specs) await this.#runIn(name, setup, 'setup')
    return this.#sessions
  }

  /** Rolls back what is open. */
  async endTransactions(): Promise<void> {
    const connected = [...this.#sessions.values()].filter(({ status }) => status === 'connected')
    await Promise.all(connected.map(rollBack))
  }

  async tearDown(): Promise<void> {
    for (const { name, teardown } of this.#specs) await this.#runIn(name, teardown, 'teardown')
  }

  async close(): Promise<void> {
    const open = [...this.#sessions.values()]
    this.#sessions = new Map()
    await closeSessions(open)
  }

  async #open(name: string, setting: IsolationSetting): Promise<Session> {
    const session = await this.#stage.openSession(name)
    const statements = settingStatements(setting)
    try {
      if (statements.length > 0) await session.script(statements.join('; '))
    } catch (error) {
      throw addRemark(error, 'It sets the level, mode and variables of the isolation test.')
    }
    return session
  }

  async #runIn(name: string, statements: readonly string[], what: string): Promise<void> {
    const session = this.#sessions.get(name)
    if (session?.status !== 'connected') return
    for (const statement of statements) {
      try {
        await session.script(statement)
      } catch (error) {
        throw addRemark(error, `It is in the ${what} of session ${name}.`)
      }
    }
  }
}

/** Whose connection was cut has nothing to roll back. */
export async function rollBack(session: Session): Promise<void> {
  try {
    await session.script('ROLLBACK')
  } catch (error) {
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

/** Whether its statements set no variable, and leave no user lock, prepared statement or temporary table. */
function leavesNothing({ setup, teardown, steps }: SessionSpec): boolean {
  return [...setup, ...teardown, ...steps.map(({ sql }) => sql)].every(
    (text) =>
      classifyStatements(text).every(({ kind }) => LEAVES_NOTHING.has(kind)) && !/\bGET_LOCK\b|@\w+\s*:=/i.test(text),
  )
}
