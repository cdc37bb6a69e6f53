import type { Session } from '../connections/session.ts'
import type { UserLockRecord } from './user-lock-record.ts'
import type { Blocker } from './wait.ts'

/** Which connections are whose. */
export class KnownSessions {
  readonly #sessions: () => readonly Session[]
  readonly #userLocks: UserLockRecord
  readonly #observers: () => readonly number[]

  constructor(options: {
    readonly sessions: () => readonly Session[]
    readonly userLocks: UserLockRecord
    /** The connections of observers, which hold nothing. */
    readonly observers: () => readonly number[]
  }) {
    this.#sessions = options.sessions
    this.#userLocks = options.userLocks
    this.#observers = options.observers
  }

  blocker(connectionId: number, transaction?: bigint): Blocker {
    const session = this.#sessions().find((known) => known.connectionId === connectionId)
    return {
      connectionId,
      ...(session === undefined ? {} : { session, name: session.name }),
      ...(transaction === undefined ? {} : { transaction }),
    }
  }

  isObserver(connectionId: number): boolean {
    return this.#observers().includes(connectionId)
  }

  /** Who was told by the server that it has the lock of this name, and is still there. */
  userLockHolder(name: string): Blocker | undefined {
    const holder = this.#userLocks.holderOf(name)
    const session = this.#sessions().find((known) => known.connectionId === holder)
    return session?.status === 'connected' ? this.blocker(session.connectionId) : undefined
  }
}
