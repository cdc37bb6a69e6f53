/** What the main process tells every worker. No secret is in it: servers are asked for over the broker's socket. */
export interface WorkerSettings {
  /** The broker's local socket. */
  readonly broker: string
  readonly databaseMode: 'database' | 'transaction' | 'server'
  readonly keepDatabase: 'never' | 'on-failure'
  readonly timeZone: string
  /** Milliseconds until a statement is ended. */
  readonly timeout: number
  readonly poolSize: number
}
