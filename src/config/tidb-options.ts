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
        /** What has a container: the whole run (default), or each worker. */
        readonly containerPer?: 'run' | 'worker'
        /** Whether a container's first start is kept as a local image. Default: outside of CI. */
        readonly warmImage?: boolean
        /** Time in which TiDB in a container must answer: milliseconds, or a text such as `'90s'`. Default 120 s. */
        readonly startTimeout?: number | string
        /** Where builds and templates are kept. */
        readonly cacheDirectory?: string
        /** Clean databases that a template holds ready. */
        readonly readyDatabases?: number
        /** Path of the go command that builds the embedded TiDB. */
        readonly goBinary?: string
        /** The cluster, for the kind `cluster`. */
        readonly cluster?: {
          /** Default `external` when it has endpoints, else `embedded`. */
          readonly from?: 'embedded' | 'container' | 'external'
          /** How many tidb-servers. Default 2. */
          readonly tidb?: number
          /** How many PDs. Default 1. */
          readonly pd?: number
          /** How many stores. Default 1; an embedded cluster has one. */
          readonly kv?: number
          /** The TiDBs of an external cluster, each as `host:port`: a list, or a text with commas. */
          readonly endpoints?: string | readonly string[]
          readonly pdImage?: string
          readonly kvImage?: string
        }
      }
  /** Path of a .sql file that every clean database holds, relative to the working directory. */
  readonly schema?: string
  /** What a test gets: a database of its own (default), a transaction that is rolled back, or a whole server. */
  readonly databaseMode?: 'database' | 'transaction' | 'server'
  /** Time zone of sessions: `UTC` (default), a name such as `Asia/Shanghai`, or an offset such as `+08:00`. */
  readonly timeZone?: string
  readonly test?: {
    /** Rows that tests fill their tables with, as `settings.rows`. Default 10. */
    readonly rows?: number
    /** What a test may take: milliseconds, or a text such as `'60s'`. Default 60 s, or Vitest's `testTimeout` if that is set. */
    readonly timeout?: number | string
    /** Isolation level of tests' sessions; the server's own when not given. */
    readonly isolation?: 'repeatable-read' | 'read-committed'
    /** What randomness starts from, a whole number; Vitest's `sequence.seed` when not given. */
    readonly seed?: number
    /** Whether a failed test's database stays. Default `never`. */
    readonly keepDatabase?: 'never' | 'on-failure'
  }
  /** The MySQL-compatible server that `toMatchReference` compares with. Without a `url` or `host` one is started. */
  readonly reference?: {
    /** Default `auto`: the endpoint that is given, a container whose image is there, a server on this machine, a container. `none` skips comparisons. */
    readonly kind?: 'auto' | 'external' | 'binary' | 'container' | 'none'
    /** `mysql://user:password@host:3306`, in place of the next four. Better kept in the variable TIDB_REFERENCE_URL. */
    readonly url?: string
    readonly host?: string
    /** Default 3306. */
    readonly port?: number
    /** Default `root`. */
    readonly user?: string
    /** Better kept in the variable TIDB_REFERENCE_PASSWORD. */
    readonly password?: string
    /** Path of a mariadbd or mysqld. */
    readonly binary?: string
    /** Image of the container. Default `mysql:8.4`. */
    readonly image?: string
  }
  /** How patiently sessions are opened and retried transactions repeated. Times: milliseconds, or a text such as `'2s'`. */
  readonly retry?: {
    /** The first included. Default 4 for connecting, 8 for transactions. */
    readonly attempts?: number
    /** The wait before the second attempt is chosen between 0 and this. Default 100 ms, for transactions 10 ms. */
    readonly firstDelay?: number | string
    /** Default 2 s, for transactions 1 s. */
    readonly maxDelay?: number | string
    /** What the longest wait is multiplied by from attempt to attempt. Default 2. */
    readonly factor?: number
    /** No attempt begins later than this after the first began. Default 30 s. */
    readonly deadline?: number | string
  }
  /** When a server that cannot be connected to is left alone for a while. Times: milliseconds, or a text such as `'2s'`. */
  readonly breaker?: {
    /** Failures within the window. Default 5. */
    readonly failures?: number
    /** Default 10 s. */
    readonly window?: number | string
    /** How long it is left alone. Default 5 s. */
    readonly halfOpenAfter?: number | string
    /** Trials that must then succeed. Default 1. */
    readonly trials?: number
  }
  /** What holds for the fixture `coordinator`. Times: milliseconds, or a text such as `'30s'`. */
  readonly connections?: {
    /** Of a run with one task for all. Default 2. */
    readonly count?: number
    /** The most of one run. Default 100. */
    readonly maxConnections?: number
    /** How long one may wait for another. Default 30 s. */
    readonly timeout?: number | string
    /** How long `monitor()` watches one. Default 0: it is checked once. */
    readonly duration?: number | string
    /** How often it is checked meanwhile. Default 1 s. */
    readonly interval?: number | string
  }
  /** What holds for handlers that are written in Python. */
  readonly python?: {
    /** The Python that runs them, a command or a path. Default: the active virtual environment, `python3`, `python`. */
    readonly interpreter?: string
    /** How long a statement waits for a row that is locked: milliseconds, or a text such as `'5s'`. Default 3 s. */
    readonly lockWaitTimeout?: number | string
    /** Whether every statement is printed. */
    readonly showSql?: boolean
    /** Whether what handlers print is shown when they pass, too. */
    readonly showOutput?: boolean
    /** Folders of handlers, for `tidb-test python --suite NAME`: the name of a folder is the name of its suite. */
    readonly suites?: string | string[]
    /** Whether handlers get mock connections and no server; none of them passes then. */
    readonly dryRun?: boolean
  }
  readonly logging?: {
    /** Default `info`. */
    readonly level?: 'error' | 'warn' | 'info' | 'debug'
    /** Default `text`. */
    readonly format?: 'text' | 'json'
    /** File that the log is appended to, relative to the working directory. */
    readonly file?: string
    /** Whether the log goes to standard error; by default when a level is given and no file. */
    readonly console?: boolean
    /** Size at which a new file is begun: bytes, or a text such as `'10 MB'`. Default 10 MB. */
    readonly maxSize?: number | string
    /** Files that are kept, the current one included. Default 5. */
    readonly maxFiles?: number
  }
  /** Whether tests are recorded and a report is written, and where. Default `true`. */
  readonly report?:
    | boolean
    | {
        readonly enabled?: boolean
        /** Relative to the working directory. Default `.vitest/tidb/report.html`. */
        readonly file?: string
      }
}

export type BackendChoice = 'auto' | 'external' | 'binary' | 'embedded' | 'container' | 'cluster'
