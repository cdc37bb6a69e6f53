import type { Session } from '../connections/session.ts'
import type { SendRecord } from './send-record.ts'
import type { UserLockRecord } from './user-lock-record.ts'
import type { Blocker } from './wait.ts'

/** Which connections are whose. */
export class KnownSessions {
  readonly #sessions: () => readonly Session[]
  readonly #userLocks: UserLockRecord
  readonly #sends: SendRecord
  readonly #observers: () => readonly number[]

  constructor(options: {
    readonly sessions: () => readonly Session[]
    readonly userLocks: UserLockRecord
    readonly sends: SendRecord
    /** The connections of observers, which hold nothing. */
    readonly observers: () => readonly number[]
  }) {
    this.#sessions = options.sessions
    this.#userLocks = options.userLocks
    this.#sends = options.sends
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

  /** Whether a connection was sent nothing since another one was sent what it runs; false when that is not known. */
  silentSince(connectionId: number, other: number): boolean {
    return this.#sends.silentSince(connectionId, other)
  }

  /** Who was told by the server that it has the lock of this name, and is still there. */
  userLockHolder(name: string): Blocker | undefined {
    const holder = this.#userLocks.holderOf(name)
    const session = this.#sessions().find((known) => known.connectionId === holder)
    return session?.status === 'connected' ? this.blocker(session.connectionId) : undefined
  }
}
