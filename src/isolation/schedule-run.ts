import { describeWait, type Wait } from '../blocking/wait.ts'
import type { Session } from '../connections/session.ts'
import { TidbTestError, type ErrorContext } from '../errors/tidb-test-error.ts'
import type { StepEvent, StepRecord } from './report.ts'
import { reportLines } from './report-lines.ts'
import { printCall, printStep, type ScheduledStep } from './schedule.ts'
import type { IsolationSpec, StepSpec } from './spec.ts'
import type { Stage } from './stage.ts'
import { StepInFlight } from './step-in-flight.ts'
import { mayRelease, OpenTransactions } from './release.ts'
import { rollBack } from './step-sessions.ts'
import { WaitingSteps } from './waiting-steps.ts'

/** Milliseconds in which a statement goes on whose lock was released. */
const GOES_ON_WITHIN = 50

/** Looks at the sessions of a schedule around its steps. */
export interface ScheduleWatch {
  /** Before a step is sent, while its session is idle. */
  before(session: Session, position: number): Promise<void>
  /** When steps have ended: all that are known to have, before the next one is sent. */
  ended(records: readonly StepRecord[]): Promise<void>
}

export interface ScheduleRunOptions {
  readonly spec: IsolationSpec
  readonly stage: Pick<Stage, 'observer' | 'signal'>
  readonly sessions: ReadonlyMap<string, Session>
  /**
   * Milliseconds that a blocked step is given to end by itself (by a lock wait timeout, say) where nothing else can go
   * on; 0 when not given: such a schedule is refused at once.
   */
  readonly patience?: number
  readonly watch?: ScheduleWatch
}

/** Sends the steps of one schedule, one after another, and notes what is seen of each. */
export class ScheduleRun {
  readonly #options: ScheduleRunOptions
  readonly #waiting: WaitingSteps
  readonly #transactions = new OpenTransactions()
  readonly #sent: StepInFlight[] = []
  /** Those that have ended since the watch was told of any. */
  readonly #ended: StepInFlight[] = []
  readonly #events: { readonly kind: StepEvent['kind']; readonly step: StepInFlight }[] = []

  constructor(options: ScheduleRunOptions) {
    this.#options = options
    this.#waiting = new WaitingSteps(options.stage)
  }

  /** The steps that were sent, as a schedule. */
  get schedule(): readonly ScheduledStep[] {
    return this.#sent.map(({ scheduled }) => scheduled)
  }

  get records(): StepRecord[] {
    return this.#sent.map((step) => step.record())
  }

  get events(): StepEvent[] {
    return this.#events.map(({ kind, step }) => ({ kind, record: step.record() }))
  }

  /** Whether a session has a step under way, so that it can take no other. */
  isBlocked(session: string): boolean {
    return this.#waiting.of(session) !== undefined
  }

  /**
   * Sends a step. Resolves when it has ended or is known to wait, and when every step that waited before has ended or is
   * known to wait still.
   *
   * @throws TidbTestError `ISOLATION_SESSION_BLOCKED` when its session waits in an earlier step
   */
  async send(scheduled: ScheduledStep): Promise<void> {
    this.#options.stage.signal.throwIfAborted()
    await this.#free(scheduled)
    await this.#watchEnded()
    const session = this.#session(scheduled)
    await this.#options.watch?.before(session, this.#sent.length)
    const step = new StepInFlight(session, scheduled, this.#sent.length, this.#stepSpec(scheduled))
    this.#sent.push(step)
    const inTransaction = this.#transactions.note(scheduled.session, step.kinds)
    const ended = await this.#waiting.add(step)
    this.#events.push({ kind: ended ? 'ended' : 'waiting', step })
    if (ended) this.#ended.push(step)
    const others = this.#waiting.size > (ended ? 0 : 1)
    const released = ended ? mayRelease(step, inTransaction) : !inTransaction
    if ((others && released) || this.#waiting.unseen(step)) await this.settle()
    else this.#note(await this.#waiting.endedMeanwhile())
    await this.#watchEnded()
  }

  /** Resolves when every step that waited has ended or is known to wait still. */
  async settle(): Promise<void> {
    this.#note(await this.#waiting.settle())
  }

  async #watchEnded(): Promise<void> {
    const ended = this.#ended.splice(0)
    if (ended.length > 0) await this.#options.watch?.ended(ended.map((step) => step.record()))
  }

  /**
   * Waits for the steps that are still under way.
   *
   * @throws TidbTestError `ISOLATION_STUCK` when they wait for what no step that is left can release
   */
  async finish(): Promise<void> {
    await this.settle()
    if (this.#waiting.size > 0) this.#note(await this.#waiting.endWithin(this.#options.patience ?? 0))
    if (this.#waiting.size > 0) throw this.stuck()
    await this.#watchEnded()
  }

  /** Ends what is under way: by ending the transactions that it waits for, else with KILL QUERY. */
  async abandon(): Promise<void> {
    if (!this.#options.stage.signal.aborted) {
      for (let steps = this.#waiting.underWay; steps.length > 0; steps = this.#waiting.underWay) {
        const idle = [...this.#options.sessions].filter(([name]) => this.#waiting.underWayOf(name) === undefined)
        await Promise.all(idle.map(([, session]) => rollBack(session)))
        await this.#waiting.someEndedWithin(GOES_ON_WITHIN)
        if (this.#waiting.underWay.length === steps.length) break
      }
    }
    const { underWay } = this.#waiting
    await Promise.all(underWay.map((step) => step.statement.session.kill()))
    await Promise.allSettled(underWay.map((step) => step.ended))
  }

  /** For whoever finds that no session can go on. */
  stuck(): TidbTestError {
    const { steps } = this.#waiting
    const done = steps.filter((step) => step.hasEnded)
    if (done.length === steps.length) {
      return this.#refusal('ISOLATION_MARKERS', `steps are to be reported after each other: ${printSteps(steps)}`)
    }
    const waits = steps.filter((step) => !step.hasEnded).map((step) => `${printStep(step.scheduled)} ${waitOf(step)}`)
    return this.#refusal(
      'ISOLATION_STUCK',
      `no session can go on: ${waits.join('; ')}`,
      this.#whatReleases() ?? 'Whatever is waited for must be released by a step of another session.',
    )
  }

  #note(completed: readonly StepInFlight[]): void {
    for (const step of completed) this.#events.push({ kind: 'completed', step })
    this.#ended.push(...completed)
  }

  /** A session runs one step at a time: the one before must have ended. */
  async #free(scheduled: ScheduledStep): Promise<void> {
    const { session } = scheduled
    if (this.#waiting.of(session) === undefined) return
    await this.settle()
    if (this.#waiting.of(session) === undefined) return
    this.#note(await this.#waiting.endWithin(this.#options.patience ?? 0, session))
    const before = this.#waiting.of(session)
    if (before === undefined) return
    const markers = before.hasEnded ? 'has ended, but is to be reported later' : waitOf(before)
    throw this.#refusal(
      'ISOLATION_SESSION_BLOCKED',
      `step ${this.#sent.length + 1}, ${printStep(scheduled)}, can't be sent: ${printStep(before.scheduled)} ${markers}`,
      'Put the step that ends this before it.',
      { session, step: scheduled.step, position: this.#sent.length },
    )
  }

  #refusal(code: string, problem: string, remedy?: string, context?: ErrorContext): TidbTestError {
    const seen = reportLines({ events: this.events, afterwards: [] })
    return new TidbTestError(
      code,
      [
        `the schedule is not valid: ${problem}`,
        `  in ${printCall(this.schedule)}`,
        ...seen.map((line) => `    ${line}`),
      ].join('\n'),
      { ...(remedy === undefined ? {} : { remedy }), ...(context === undefined ? {} : { context }) },
    )
  }

  #whatReleases(): string | undefined {
    const holders = this.#waiting.steps.flatMap((step) => step.waited?.blockers ?? [])
    const open = holders.find(({ name }) => name !== undefined && this.#transactions.isOpen(name))?.name
    if (open === undefined) return undefined
    return `The transaction of ${open} is open, and no step ends it: add one with COMMIT or ROLLBACK.`
  }

  #session({ session }: ScheduledStep): Session {
    const found = this.#options.sessions.get(session)
    if (found === undefined) throw new TypeError(`there is no session '${session}'`)
    return found
  }

  #stepSpec({ session, step }: ScheduledStep): StepSpec {
    const { sessions } = this.#options.spec
    const found = sessions.find(({ name }) => name === session)?.steps.find(({ name }) => name === step)
    if (found === undefined) throw new TypeError(`there is no step '${session}.${step}'`)
    return found
  }
}

function printSteps(steps: readonly StepInFlight[]): string {
  return steps.map(({ scheduled }) => printStep(scheduled)).join(', ')
}

function waitOf({ waited }: { readonly waited: Wait | undefined }): string {
  return waited === undefined ? 'is still under way' : describeWait(waited)
}
