import { BlockingObserver } from '../blocking/blocking-observer.ts'
import { closeSessions } from '../connections/close-sessions.ts'
import type { Session } from '../connections/session.ts'
import type { Stage } from './stage.ts'

/** A stage of sessions that are opened for it alone, and that are closed with it. */
export class OwnStage implements Stage {
  readonly signal: AbortSignal
  readonly observer: BlockingObserver
  readonly #open: (name: string) => Promise<Session>
  readonly #sessions: Session[] = []

  constructor(options: {
    /** On a database that is nobody else's. */
    readonly openSession: (name: string) => Promise<Session>
    readonly signal: AbortSignal
    /** The server's status port, as `http://host:port`, where it is known. */
    readonly statusUrl?: string
  }) {
    const { openSession, signal, statusUrl } = options
    this.signal = signal
    this.#open = openSession
    this.observer = new BlockingObserver({
      openSession,
      sessions: () => this.#sessions,
      ...(statusUrl === undefined ? {} : { statusUrl }),
    })
  }

  async openSession(name: string): Promise<Session> {
    const session = await this.#open(name)
    this.#sessions.push(session)
    return session
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.observer.close(), closeSessions(this.#sessions)])
  }
}
