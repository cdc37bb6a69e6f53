import type { WireReply } from './wire.ts'

/** What watches the statements of a session: a transaction's guard, a record of what must be undone. */
export interface StatementHook {
  /**
   * Called before a statement is sent, with its text and the values in it: mask passwords before you print it. What it
   * throws becomes the statement's failure, and nothing is sent.
   */
  beforeSend?(sql: string): void | Promise<void>
  /** Called when the reply is there; the session's next statement waits for it. */
  afterReply?(reply: StatementReply): void | Promise<void>
  /** Called when the session ends while its connection is still alive. Must not reject. */
  beforeClose?(): Promise<void>
}

export interface StatementReply {
  readonly sql: string
  /** The flags of an OK packet; undefined after rows or an error. */
  readonly serverStatus: number | undefined
  /** The number of warnings in an OK packet; undefined after rows or an error. */
  readonly warnings: number | undefined
  readonly failed: boolean
  /** What came back, one for each statement; undefined after an error. Not to be changed. */
  readonly results: readonly WireReply[] | undefined
}
