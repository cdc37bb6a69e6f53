import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { maskPasswords } from '../connections/mask-passwords.ts'
import type { Session } from '../connections/session.ts'
import { watchOf, type StartedStatement } from '../connections/started-statement.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { TidbTestError } from '../errors/tidb-test-error.ts'
import { examine } from './examination.ts'
import { KnownSessions } from './known-sessions.ts'
import { ServerView } from './server-view.ts'
import { StatementJudge } from './statement-judge.ts'
import { UserLockRecord } from './user-lock-record.ts'
import { waitForGraph, type WaitForGraph } from './wait-for-graph.ts'
import type { StatementState, Wait } from './wait.ts'

export interface BlockingObserverOptions {
  /** Opens the observer's own session, when something is first asked. */
  readonly openSession: (name: string) => Promise<Session>
  /** The sessions whose names are known. */
  readonly sessions: () => readonly Session[]
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

/** Milliseconds between looks: the first come quickly, as most waits are seen at once. */
const PAUSES = [1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 16]
/** Later ones come so many times more seldom than they take long, that the server has little to do with them. */
const REST = 20
const SHORTEST_REST = 25
const LONGEST_REST = 250
/** How long a statement may take that could not be seen to wait, for want of a privilege. */
const BLIND_MS = 5_000

/**
 * Sees whether statements are blocked, by whom and on what. It asks the server over a session of its own, and only while
 * somebody wants to know.
 */
export class BlockingObserver {
  readonly #options: BlockingObserverOptions
  readonly #userLocks = new UserLockRecord()
  readonly #known: KnownSessions
  readonly #watches = new Set<Watch>()
  readonly #judges = new WeakMap<StartedStatement, StatementJudge>()
  #view: Promise<ServerView> | undefined
  #own: number | undefined
  #looking: Promise<void> | undefined
  /** How often it has looked since somebody last began to watch. */
  #looks = 0
  #closed = false
  #unavailable: () => readonly string[] = () => []

  constructor(options: BlockingObserverOptions) {
    this.#options = options
    this.#known = new KnownSessions({
      sessions: options.sessions,
      userLocks: this.#userLocks,
      observers: () => (this.#own === undefined ? [] : [this.#own]),
    })
  }

  /** For a session that may take locks with GET_LOCK(): without it, who holds one of those is not known. */
  hookOf(connectionId: number): StatementHook {
    return this.#userLocks.hookOf(connectionId)
  }

  /**
   * Resolves when the statement has ended, or is known to be blocked.
   *
   * @throws TidbTestError `BLOCKING_UNDECIDED` when neither is known at the deadline, or after 5 seconds where the user may not
   *   look for such a wait; `BLOCKING_CLOSED` when the observer is
   *   closed before; the signal's reason when it aborts; ConnectError when the server can't be asked
   */
  async endedOrBlocked(statement: StartedStatement, options: VerdictOptions = {}): Promise<StatementState> {
    const { signal, timeout = 10_000 } = options
    signal?.throwIfAborted()
    const ended = endOf(statement)
    if (ended !== undefined) return ended
    const { promise, resolve, reject } = Promise.withResolvers<StatementState>()
    const watch: Watch = { statement, since: systemClock.now(), decided: resolve, failed: reject }
    const timer = systemClock.setTimeout(() => reject(this.#undecided(statement, timeout)), timeout)
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    void watchOf(statement).ended.then(() => resolve(endOf(statement) ?? { status: 'done' }))
    try {
      this.#watches.add(watch)
      this.#looks = 0
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
    return stateOf(statement, waits.get(judge))
  }

  /** Every session of the server: its statement, for how long, and whom it waits for. */
  async waitForGraph(): Promise<WaitForGraph> {
    return waitForGraph(await this.#serverView(), this.#known)
  }

  /** Ends the observer's session; whoever still waits for a verdict is told so. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { failed } of this.#watches) failed(closedError())
    this.#watches.clear()
    // An observer that could not be opened has told so whoever asked it.
    const [opened] = await Promise.allSettled([this.#view])
    if (opened.status === 'fulfilled') await opened.value?.session.close()
    await this.#looking
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
    let rest = SHORTEST_REST
    try {
      while (this.#watches.size > 0) {
        await sleep(systemClock, PAUSES[this.#looks++] ?? rest)
        const begun = systemClock.now()
        await this.#lookOnce()
        rest = Math.min(LONGEST_REST, Math.max(SHORTEST_REST, REST * (systemClock.now() - begun)))
      }
    } catch (error) {
      for (const { failed } of this.#watches) failed(error)
      this.#watches.clear()
    } finally {
      this.#looking = undefined
    }
  }

  async #lookOnce(): Promise<void> {
    const watches = [...this.#watches].filter(({ statement }) => watchOf(statement).sent)
    if (watches.length === 0) return
    const view = await this.#serverView()
    const judges = watches.map(({ statement }) => this.#judge(statement, view))
    const waits = await examine(view, [...new Set(judges)])
    // The reply of a statement that has ended meanwhile may be there already, and not be read yet.
    await new Promise((resolve) => setImmediate(resolve))
    for (const { statement, since, decided, failed } of watches) {
      const judge = this.#judge(statement, view)
      const wait = waits.get(judge)
      if (wait !== undefined) decided(stateOf(statement, wait))
      else if (judge.blind && systemClock.now() - since > BLIND_MS) {
        failed(this.#undecided(statement, BLIND_MS))
      }
    }
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

  #undecided(statement: StartedStatement, timeout: number): TidbTestError {
    const { session, sql } = statement
    const shown = maskPasswords(sql)
    const why = watchOf(statement).sent ? [] : ['It has not been sent: it waits for the session’s statement before it.']
    const missing = this.#unavailable().map((reason) => `Not asked: ${reason}`)
    return new TidbTestError(
      'BLOCKING_UNDECIDED',
      `after ${timeout} ms the statement has neither ended nor was it seen to be blocked\n  session ${session.name}: ${shown}`,
      {
        remedy: [...why, ...missing, 'If it only takes long, wait for its result(), or give it more time.'].join('\n'),
        context: { session: session.name, sql: shown },
      },
    )
  }
}

function closedError(): TidbTestError {
  return new TidbTestError('BLOCKING_CLOSED', 'the observer was closed, so it can give no verdict')
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
