import type { WireReply } from './wire.ts'

/** Flags of an OK packet. Source: MySQL's protocol documentation, SERVER_STATUS_flags_enum; TiDB keeps these three true. */
const IN_TRANSACTION = 0x0001
const AUTOCOMMIT = 0x0002
const NO_BACKSLASH_ESCAPES = 0x0200

/** What the server last said of a session's state. Replies with rows say nothing, and neither do errors. */
export class SessionFlags {
  #flags: number | undefined

  /** After an error nothing is certain: several statements may have run before the one that failed. */
  observe(replies: readonly WireReply[] | undefined): void {
    if (replies === undefined) this.#flags = undefined
    for (const reply of replies ?? []) if ('header' in reply) this.#flags = reply.header.serverStatus
  }

  /** Whether a transaction is open; undefined where that is not certain. */
  get inTransaction(): boolean | undefined {
    return this.#flags === undefined ? undefined : (this.#flags & IN_TRANSACTION) !== 0
  }

  /** Whether what is written now is not committed with its statement. False where that is not certain. */
  get uncommitted(): boolean {
    return this.#flags !== undefined && ((this.#flags & IN_TRANSACTION) !== 0 || (this.#flags & AUTOCOMMIT) === 0)
  }

  /** Whether a backslash in a string begins an escape sequence; undefined where that is not certain. */
  get backslashEscapes(): boolean | undefined {
    return this.#flags === undefined ? undefined : (this.#flags & NO_BACKSLASH_ESCAPES) === 0
  }
}
