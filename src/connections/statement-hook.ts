/** What watches the statements of a session: a transaction's guard, a record of what must be undone. */
export interface StatementHook {
  /** Called with the text before it is sent. What it throws becomes the statement's failure, and nothing is sent. */
  beforeSend?(sql: string): void | Promise<void>
  /** Called when the reply is there. `serverStatus` holds the flags of an OK packet; undefined after rows or an error. */
  afterReply?(reply: { readonly sql: string; readonly serverStatus: number | undefined; readonly failed: boolean }): void
}
