/** What a party of a coordinated run did. */
export interface Activity {
  /** A connection's name, or whoever stands outside of all connections. */
  readonly party: string
  /** `wait`: for anything else than a barrier. `event`: one of the tasks' own, or a failure. */
  readonly kind: 'barrier' | 'wait' | 'message' | 'event'
  readonly text: string
  /** Whom a message was sent to. */
  readonly to?: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Of a wait. */
  readonly until?: number
  readonly failed?: true
}
