import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Session } from '../connections/session.ts'
import { watchOf, type StartedStatement } from '../connections/started-statement.ts'
import { TidbTestError } from '../errors/tidb-test-error.ts'
import { maskPasswords } from '../connections/mask-passwords.ts'
import { ServerView } from './server-view.ts'
import { StatementJudge } from './statement-judge.ts'
import { waitForGraph, type WaitForGraph } from './wait-for-graph.ts'
import type { Blocker, StatementState } from './wait.ts'

export interface BlockingObserverOptions {
  /** Opens the observer's own session, when something is first asked. */
  readonly openSession: (name: string) => Promise<Session>
  /** The sessions whose names are known. */
  readonly sessions: () => readonly Session[]
  /** The server's status port, as `http://host:port`, where it is known. */
  readonly statusUrl?: string
}

export interface WaitOptions {
  readonly signal?: AbortSignal
  /** Milliseconds until it is given up; 10 seconds when not given. */
  readonly timeout?: number
}

interface Watch {
  readonly statement: StartedStatement
  readonly judge: StatementJudge
  readonly decided: (state: StatementState) => void
  readonly failed: (error: unknown) => void
}

/** Milliseconds between looks: the first come quickly, as most waits are seen at once. */
const PAUSES = [1, 1, 2, 2, 4, 4, 8, 8, 16]
const LONGEST_PAUSE = 25

/**
 * Sees whether statements are blocked, by whom and on what. It asks the server over a session of its own, and only while
 * somebody wants to know.
 */
export class BlockingObserver {
  readonly #options: BlockingObserverOptions
  readonly #watches = new Set<Watch>()
  #session: Promise<Session> | undefined
  #view: Promise<ServerView> | undefined
  #looking: Promise<void> | undefined
  /** How often it has looked since somebody last began to watch. */
  #looks = 0

  constructor(options: BlockingObserverOptions) {
    this.#options = options
  }

  /**
   * Resolves when the statement has ended, or is known to be blocked.
   *
   * @throws TidbTestError `BLOCKING_UNDECIDED` when neither is known at the deadline; the signal's reason when it aborts
   */
  async endedOrBlocked(statement: StartedStatement, options: WaitOptions = {}): Promise<StatementState> {
    const { signal, timeout = 10_000 } = options
    signal?.throwIfAborted()
    const ended = endOf(statement)
    if (ended !== undefined) return ended
    const { promise, resolve, reject } = Promise.withResolvers<StatementState>()
    const watch: Watch = { statement, judge: this.#judge(statement), decided: resolve, failed: reject }
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
   * One look, without waiting: `running` where nothing shows that it is blocked. A wait that only its age would prove is
   * not seen by one look.
   */
  async look(statement: StartedStatement): Promise<StatementState> {
    const ended = endOf(statement)
    if (ended !== undefined) return ended
    const view = await this.#serverView()
    const judge = this.#judge(statement)
    const wait = judge.judge(await view.look({ ddl: judge.isSchemaChange }), view)
    return endOf(statement) ?? stateOf(statement, wait)
  }

  /** Every session of the server: its statement, for how long, and whom it waits for. */
  async waitForGraph(): Promise<WaitForGraph> {
    const view = await this.#serverView()
    return waitForGraph(await this.#openSession(), view, (connectionId) => this.#blocker(connectionId))
  }

  /** Ends the observer's session; whoever still waits for a verdict is told so. Idempotent. */
  async close(): Promise<void> {
    for (const { failed } of this.#watches) {
      failed(new TidbTestError('BLOCKING_CLOSED', 'the observer was closed while a verdict was awaited'))
    }
    this.#watches.clear()
    await this.#looking
    const session = this.#session
    this.#session = undefined
    this.#view = undefined
    await (await session)?.close()
  }

  #judge(statement: StartedStatement): StatementJudge {
    return new StatementJudge(statement, (connectionId, transaction) => this.#blocker(connectionId, transaction))
  }

  async #lookOn(): Promise<void> {
    try {
      while (this.#watches.size > 0) {
        await sleep(systemClock, PAUSES[this.#looks++] ?? LONGEST_PAUSE)
        if (this.#watches.size > 0) await this.#lookOnce()
      }
    } catch (error) {
      for (const { failed } of this.#watches) failed(error)
      this.#watches.clear()
    } finally {
      this.#looking = undefined
    }
  }

  async #lookOnce(): Promise<void> {
    const view = await this.#serverView()
    const watches = [...this.#watches]
    const sighting = await view.look({ ddl: watches.some(({ judge }) => judge.isSchemaChange) })
    for (const { statement, judge, decided } of watches) {
      const wait = judge.judge(sighting, view)
      if (wait !== undefined) decided(endOf(statement) ?? stateOf(statement, wait))
    }
  }

  #openSession(): Promise<Session> {
    this.#session ??= this.#options.openSession('observer')
    return this.#session
  }

  #serverView(): Promise<ServerView> {
    this.#view ??= this.#openSession().then((session) => ServerView.over(session))
    return this.#view
  }

  #blocker(connectionId: number, transaction?: bigint): Blocker {
    const session = this.#options.sessions().find((known) => known.connectionId === connectionId)
    return {
      connectionId,
      ...(session === undefined ? {} : { session, name: session.name }),
      ...(transaction === undefined ? {} : { transaction }),
    }
  }

  #undecided({ sql, session }: StartedStatement, timeout: number): TidbTestError {
    return new TidbTestError(
      'BLOCKING_UNDECIDED',
      `after ${timeout} ms the statement has neither ended nor was it seen to be blocked\n  session ${session.name}: ${maskPasswords(sql)}`,
      { context: { session: session.name, sql: maskPasswords(sql) } },
    )
  }
}

function endOf(statement: StartedStatement): StatementState | undefined {
  if (statement.status === 'done') return { status: 'done' }
  if (statement.status === 'failed') return { status: 'failed', error: watchOf(statement).error }
  return undefined
}

function stateOf(statement: StartedStatement, wait: ReturnType<StatementJudge['judge']>): StatementState {
  watchOf(statement).saw(wait === undefined ? 'running' : 'blocked')
  return wait === undefined ? { status: 'running' } : { status: 'blocked', wait }
}
