import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Session } from '../connections/session.ts'
import { watchOf, type StartedStatement } from '../connections/started-statement.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { isStatementError } from '../errors/guards.ts'
import { examine } from './examination.ts'
import { KnownSessions } from './known-sessions.ts'
import { Pace } from './pace.ts'
import { SendRecord } from './send-record.ts'
import { ServerView } from './server-view.ts'
import { StatementJudge } from './statement-judge.ts'
import { UserLockRecord } from './user-lock-record.ts'
import { closedError, undecidedError } from './verdict-errors.ts'
import { waitForGraph, type WaitForGraph } from './wait-for-graph.ts'
import type { StatementState, Wait } from './wait.ts'

export interface BlockingObserverOptions {
  /** Opens the observer's own session, when something is first asked. */
  readonly openSession: (name: string) => Promise<Session>
  /** The sessions whose names are known. */
  readonly sessions: () => readonly Session[]
  /** Told of each statement that was asked about and is known to be blocked, as often as that is seen. */
  readonly onBlocked?: (connectionId: number, wait: Wait) => void
}

export interface VerdictOptions {
  readonly signal?: AbortSignal
  /** Milliseconds until it is given up; 10 seconds when not given. */
  readonly timeout?: number
}

interface Watch {
  readonly statement: StartedStatement
  readonly since: number
  readonly decided: (state: StatementState) => void
  readonly failed: (error: unknown) => void
}

/** How long a statement may take that could not be seen to wait, for want of a privilege. */
const BLIND_MS = 5_000

/**
 * Sees whether statements are blocked, by whom and on what. It asks the server over a session of its own, and only while
 * somebody wants to know.
 */
export class BlockingObserver {
  readonly #options: BlockingObserverOptions
  readonly #userLocks = new UserLockRecord()
  readonly #sends = new SendRecord()
  readonly #known: KnownSessions
  readonly #watches = new Set<Watch>()
  readonly #judges = new WeakMap<StartedStatement, StatementJudge>()
  #view: Promise<ServerView> | undefined
  #own: number | undefined
  #looking: Promise<void> | undefined
  readonly #pace = new Pace()
  #closed = false
  #unavailable: () => readonly string[] | undefined = () => undefined

  constructor(options: BlockingObserverOptions) {
    this.#options = options
    this.#known = new KnownSessions({
      sessions: options.sessions,
      userLocks: this.#userLocks,
      sends: this.#sends,
      observers: () => (this.#own === undefined ? [] : [this.#own]),
    })
  }

  /**
   * For each session whose name is known. Without it, who holds a lock of GET_LOCK() is not known, and whoever blocks a
   * schema change is known later.
   */
  hookOf(connectionId: number): StatementHook {
    return {
      beforeSend: () => this.#sends.note(connectionId),
      afterReply: (reply) => this.#userLocks.note(connectionId, reply),
    }
  }

  /**
   * Resolves when the statement has ended, or is known to be blocked.
   *
   * @throws TidbTestError `BLOCKING_UNDECIDED` when neither is known at the deadline, or after 5 seconds where the user
   *   may not look for such a wait; `BLOCKING_CLOSED` when the observer is closed before; the signal's reason when it
   *   aborts; ConnectError or StatementError when the server can't be asked
   */
  async endedOrBlocked(statement: StartedStatement, options: VerdictOptions = {}): Promise<StatementState> {
    const { signal, timeout = 10_000 } = options
    signal?.throwIfAborted()
    const ended = endOf(statement)
    if (ended !== undefined) return ended
    const { promise, resolve, reject } = Promise.withResolvers<StatementState>()
    const watch: Watch = { statement, since: systemClock.now(), decided: resolve, failed: reject }
    const timer = systemClock.setTimeout(() => reject(undecidedError(statement, timeout, this.#unavailable())), timeout)
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    void watchOf(statement).ended.then(() => resolve(endOf(statement) ?? { status: 'done' }))
    try {
      this.#watches.add(watch)
      this.#pace.quicken()
      this.#looking ??= this.#lookOn()
      return await promise
    } finally {
      this.#watches.delete(watch)
      systemClock.clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /**
   * One look, without waiting: `running` where it proves nothing. What is only proven by time, as a wait for a metadata
   * lock, one look does not see.
   */
  async look(statement: StartedStatement): Promise<StatementState> {
    const ended = endOf(statement)
    if (ended !== undefined) return ended
    if (!watchOf(statement).sent) return { status: 'running' }
    const view = await this.#serverView()
    const judge = this.#judge(statement, view)
    const waits = await examine(view, [judge])
    return this.#seen(statement, waits.get(judge))
  }

  /** Every session of the server: its statement, for how long, and whom it waits for. */
  async waitForGraph(): Promise<WaitForGraph> {
    return waitForGraph(await this.#serverView(), this.#known)
  }

  /** The server that it looks through does not answer any more: the next look opens another session. */
  lookElsewhere(): void {
    this.#view = undefined
  }

  /** Ends the observer's session; whoever still waits for a verdict is told so. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { failed } of this.#watches) failed(closedError())
    this.#watches.clear()
    await this.#closeView()
    await this.#looking
  }

  async #closeView(): Promise<void> {
    const view = this.#view
    this.#view = undefined
    // One that could not be opened has told so whoever asked for it.
    const [opened] = await Promise.allSettled([view])
    if (opened.status === 'fulfilled') await opened.value?.session.close()
  }

  /** One for each statement, which remembers what it has seen of it. */
  #judge(statement: StartedStatement, view: ServerView): StatementJudge {
    const known = this.#judges.get(statement)
    if (known !== undefined) return known
    const { connectionId } = statement.session
    const judge = new StatementJudge({ connectionId, sql: watchOf(statement).literal() }, view, this.#known)
    this.#judges.set(statement, judge)
    return judge
  }

  async #lookOn(): Promise<void> {
    try {
      while (this.#watches.size > 0) {
        await sleep(systemClock, this.#pace.next())
        const begun = systemClock.now()
        const inDoubt = await this.#lookOnce().catch(ignoreTransient)
        this.#pace.looked(systemClock.now() - begun, inDoubt)
      }
    } catch (error) {
      // The next one who asks gets another connection.
      await this.#closeView()
      for (const { failed } of this.#watches) failed(error)
      this.#watches.clear()
    } finally {
      this.#looking = undefined
    }
  }

  /** Whether something shows that would be a wait, if it lasted. */
  async #lookOnce(): Promise<boolean> {
    const watches = [...this.#watches].filter(({ statement }) => watchOf(statement).sent)
    if (watches.length === 0) return false
    const view = await this.#serverView()
    const judges = watches.map(({ statement }) => this.#judge(statement, view))
    const waits = await examine(view, [...new Set(judges)])
    // The reply of a statement that has ended meanwhile may be there already, and not be read yet.
    await new Promise((resolve) => setImmediate(resolve))
    for (const { statement, since, decided, failed } of watches) {
      const judge = this.#judge(statement, view)
      const wait = waits.get(judge)
      if (wait !== undefined) decided(this.#seen(statement, wait))
      else if (judge.blind && systemClock.now() - since > BLIND_MS) {
        failed(undecidedError(statement, BLIND_MS, this.#unavailable()))
      }
    }
    return judges.some((judge) => judge.inDoubt)
  }

  #seen(statement: StartedStatement, wait: Wait | undefined): StatementState {
    const state = stateOf(statement, wait)
    if (state.status === 'blocked') this.#options.onBlocked?.(statement.session.connectionId, state.wait)
    return state
  }

  #serverView(): Promise<ServerView> {
    if (this.#closed) throw closedError()
    this.#view ??= this.#openView().catch((error: unknown) => {
      this.#view = undefined
      throw error
    })
    return this.#view
  }

  async #openView(): Promise<ServerView> {
    const session = await this.#options.openSession('observer')
    this.#own = session.connectionId
    const view = await ServerView.over(session)
    this.#unavailable = () => view.unavailable
    return view
  }
}

/** A look that failed for a reason that passes, as in a cluster whose regions move, showed nothing. */
function ignoreTransient(error: unknown): false {
  if (isStatementError(error) && error.outcome === 'transient' && error.errno !== 0) return false
  throw error
}

function endOf(statement: StartedStatement): StatementState | undefined {
  if (statement.status === 'done') return { status: 'done' }
  if (statement.status === 'failed') return { status: 'failed', error: watchOf(statement).error }
  return undefined
}

function stateOf(statement: StartedStatement, wait: Wait | undefined): StatementState {
  const ended = endOf(statement)
  if (ended !== undefined) return ended
  watchOf(statement).saw(wait === undefined ? 'running' : 'blocked')
  return wait === undefined ? { status: 'running' } : { status: 'blocked', wait }
}
