import type { BreakerSettings, ResolvedConfig, RetrySettings } from './resolved-config.ts'

/** What the main process tells every worker. No secret is in it: servers are asked for over the broker's socket. */
export interface WorkerSettings {
  /** The broker's local socket. */
  readonly broker: string
  readonly databaseMode: 'database' | 'transaction' | 'server'
  readonly keepDatabase: 'never' | 'on-failure'
  readonly timeZone: string
  /** Milliseconds until connecting is given up, and a statement is ended. */
  readonly timeout: number
  readonly poolSize: number
  /** Rows that tests fill their tables with. */
  readonly rows: number
  readonly isolation: 'repeatable-read' | 'read-committed' | undefined
  readonly seed: number
  /** Of `vitest --shard=2/3`; `index` is from 1 on. */
  readonly shard?: { readonly index: number; readonly count: number }
  /** With a seed when somebody chose one. */
  readonly retry: RetrySettings & { readonly seed?: number }
  readonly breaker: BreakerSettings
  readonly logging: ResolvedConfig['logging']
  /** Whether tests are recorded for the report. */
  readonly report: boolean
  /** The command that a failed test is to be run with again. */
  readonly command: 'vitest' | 'tidb-test'
  /** Checked sections of extensions, by their name. */
  readonly sections: Readonly<Record<string, unknown>>
}
