import type { Session } from '../connections/session.ts'
import { classifyStatements, type StatementKind } from '../databases/statement-kind.ts'
import { addRemark, TidbTestError } from '../errors/tidb-test-error.ts'
import { DatabaseImage, IMAGE_SESSION } from './database-image.ts'
import type { Schedule } from './schedule.ts'
import type { IsolationSpec } from './spec.ts'
import type { Stage } from './stage.ts'

/** What changes rows at most: after anything else, the set-up runs again. */
const CHANGES_ROWS_AT_MOST: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'query',
  'dml',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'rollback-to-savepoint',
  'set',
  'set-autocommit',
])

/** The database as the set-up of a spec leaves it, brought back before each schedule. */
export class DatabaseState {
  /** Runs set-up, teardown and the queries at the end. */
  readonly session: Session
  readonly #images: Session
  readonly #spec: IsolationSpec
  readonly #before: DatabaseImage
  readonly #definitions: ReadonlyMap<string, string>
  #after: DatabaseImage
  #changed: 'nothing' | 'rows' | 'rows, some inserted' | 'anything' = 'nothing'

  private constructor(parts: {
    readonly spec: IsolationSpec
    readonly session: Session
    readonly images: Session
    readonly before: DatabaseImage
    readonly definitions: ReadonlyMap<string, string>
    readonly after: DatabaseImage
  }) {
    this.session = parts.session
    this.#spec = parts.spec
    this.#images = parts.images
    this.#before = parts.before
    this.#definitions = parts.definitions
    this.#after = parts.after
  }

  static async open(stage: Pick<Stage, 'openSession'>, spec: IsolationSpec): Promise<DatabaseState> {
    const [session, images] = await Promise.all([stage.openSession('setup'), stage.openSession('reset')])
    await images.script(IMAGE_SESSION)
    const before = await DatabaseImage.of(images)
    const definitions = await before.definitions()
    await runSetup(session, spec)
    const after = await DatabaseImage.of(images)
    return new DatabaseState({ spec, session, images, before, definitions, after })
  }

  /** Says which steps have run since it was restored. */
  used(schedule: Schedule): void {
    const texts = schedule.map(
      ({ session, step }) =>
        this.#spec.sessions.find(({ name }) => name === session)?.steps.find(({ name }) => name === step)?.sql ?? '',
    )
    const inSessions = this.#spec.sessions.flatMap(({ setup, teardown }) => [...setup, ...teardown])
    const statements = [...texts, ...inSessions].flatMap((text) => classifyStatements(text))
    if (!statements.every(({ kind }) => CHANGES_ROWS_AT_MOST.has(kind))) this.#changed = 'anything'
    else if (
      statements.some(({ tokens }) =>
        tokens.some(({ value }) => /^(?:insert|replace|load|nextval|setval|next)$/i.test(value)),
      )
    ) {
      this.#changed = 'rows, some inserted'
    } else if (statements.some(({ kind }) => kind === 'dml')) this.#changed = 'rows'
  }

  /** @throws StatementError when the set-up can't run again, TidbTestError `ISOLATION_RESTORE` */
  async restore(): Promise<void> {
    const changed = this.#changed
    if (changed === 'nothing') return
    const restored =
      changed !== 'anything' && (await this.#after.restore({ inserted: changed === 'rows, some inserted' }))
    if (!restored) await this.#rebuild()
    this.#changed = 'nothing'
  }

  async close({ teardown }: { readonly teardown: boolean }): Promise<void> {
    try {
      if (teardown) await this.#runTeardown()
    } finally {
      await Promise.all([this.session.close(), this.#images.close()])
    }
  }

  /** Brings back what was there before the set-up. */
  async clear(): Promise<void> {
    try {
      await this.#undoSetup()
    } finally {
      await Promise.all([this.session.close(), this.#images.close()])
    }
  }

  async #rebuild(): Promise<void> {
    await this.#undoSetup()
    await runSetup(this.session, this.#spec)
    this.#after = await DatabaseImage.of(this.#images)
  }

  async #undoSetup(): Promise<void> {
    await this.#runTeardown()
    await this.#before.dropOthers()
    const same = sameTexts(await this.#before.definitions(), this.#definitions)
    if (!same || !(await this.#before.restore({ inserted: true }))) {
      throw new TidbTestError(
        'ISOLATION_RESTORE',
        'the steps changed the definition of a table, or moved a sequence, that was there before the set-up: the next schedule would begin from another state',
        { remedy: 'Create it in the setup of the isolation spec: what setup makes is made again.' },
      )
    }
  }

  async #runTeardown(): Promise<void> {
    await runAll(this.session, this.#spec.teardown, 'teardown')
  }
}

async function runSetup(session: Session, { setup }: IsolationSpec): Promise<void> {
  await runAll(session, setup, 'setup')
}

async function runAll(session: Session, statements: readonly string[], what: string): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    try {
      await session.script(statement)
    } catch (error) {
      throw addRemark(error, `It is statement ${index + 1} of the ${what}.`)
    }
  }
}

function sameTexts(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean {
  return left.size === right.size && [...left].every(([name, text]) => right.get(name) === text)
}
