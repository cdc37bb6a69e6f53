/** Options of `tidb()`: everything has a default. They are stronger than files, variables and the command line. */
export interface TidbOptions {
  /** The TiDB to test on. Without a `host` one is started. */
  readonly database?: {
    /** Host name or IP address, with or without `:port` (an IPv6 address then in brackets). */
    readonly host?: string
    /** Default 4000. */
    readonly port?: number
    /** Default `root`. */
    readonly user?: string
    /** Better kept in the variable TIDB_PASSWORD. */
    readonly password?: string
    /** A database that must exist on that server. */
    readonly database?: string
    /** `true`, or paths of PEM files, relative to the working directory. `verify: false` accepts any certificate. */
    readonly tls?:
      | boolean
      | {
          readonly enabled?: boolean
          readonly ca?: string
          readonly cert?: string
          readonly key?: string
          readonly verify?: boolean
        }
    /** TiDB's HTTP status port, when it can be reached. */
    readonly statusPort?: number
    /** Sessions of a connection-pool. Default 5. */
    readonly poolSize?: number
    /** For connecting and for each statement: milliseconds, or a text such as `'30s'`. Default 30 s. */
    readonly timeout?: number | string
  }
  /** What provides the TiDB: a kind, or a kind with its settings. Default `auto`. */
  readonly backend?:
    | BackendChoice
    | {
        readonly kind?: BackendChoice
        /** Path of a tidb-server. */
        readonly binary?: string
        /** Image of the container, such as `pingcap/tidb:v8.5.0`. */
        readonly image?: string
        /** Version of the container's TiDB, such as `v8.5.0`. */
        readonly version?: string
        /** Where builds and templates are kept. */
        readonly cacheDirectory?: string
        /** Clean databases that a template holds ready. */
        readonly readyDatabases?: number
        /** Path of the go command that builds the embedded TiDB. */
        readonly goBinary?: string
      }
  /** Path of a .sql file that every clean database holds, relative to the working directory. */
  readonly schema?: string
  /** What a test gets: a database of its own (default), a transaction that is rolled back, or a whole server. */
  readonly databaseMode?: 'database' | 'transaction' | 'server'
  /** Whether a failed test's database stays. Default `never`. */
  readonly keepDatabase?: 'never' | 'on-failure'
  /** Time zone of sessions: `UTC` (default), a name such as `Asia/Shanghai`, or an offset such as `+08:00`. */
  readonly timeZone?: string
  readonly logging?: {
    /** Default `info`. */
    readonly level?: 'error' | 'warn' | 'info' | 'debug'
  }
}

export type BackendChoice = 'auto' | 'external' | 'binary' | 'embedded' | 'container'
