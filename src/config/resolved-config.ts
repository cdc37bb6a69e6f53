import type { Level } from '../logging/level.ts'
import type { Secret } from '../logging/secret.ts'
import type { Catalog } from './catalog.ts'
import type { ConfigExtension } from './config-extension.ts'
import { defaults } from './defaults.ts'
import type { Origin } from './origin.ts'
import { referenceOf } from './reference-config.ts'
import { sectionOf, type Sections } from './sections.ts'
import type { SettingValues } from './settings.ts'
import type { BackendChoice } from './tidb-options.ts'

/** Settings after all layers were put over each other. Paths are absolute, durations milliseconds. */
export interface ResolvedConfig {
  readonly database: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password?: Secret
    readonly database?: string
    /** Present when TLS is to be used; `ca`, `cert` and `key` are paths of PEM files. */
    readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly verify?: boolean }
    readonly statusPort?: number
    readonly poolSize: number
    /** Milliseconds. */
    readonly timeout: number
  }
  readonly backend: {
    /** A configured host or binary has made `external` or `binary` of `auto` already. */
    readonly kind: BackendChoice
    readonly binary?: string
    readonly image?: string
    readonly version?: string
    readonly containerPer?: 'run' | 'worker'
    readonly warmImage?: boolean
    /** Milliseconds. */
    readonly startTimeout?: number
    readonly cacheDirectory?: string
    readonly readyDatabases?: number
    readonly goBinary?: string
    /** Of the kind `cluster`. */
    readonly cluster: {
      readonly from?: 'embedded' | 'container' | 'external'
      readonly tidb?: number
      readonly pd?: number
      readonly kv?: number
      /** Each `host:port`. */
      readonly endpoints?: readonly string[]
      readonly pdImage?: string
      readonly kvImage?: string
    }
  }
  readonly schema?: string
  readonly databaseMode: 'database' | 'transaction' | 'server'
  readonly timeZone: string
  readonly test: {
    /** Rows that tests fill their tables with. */
    readonly rows: number
    /** Milliseconds. */
    readonly timeout: number
    readonly isolation?: 'repeatable-read' | 'read-committed'
    readonly seed?: number
    readonly keepDatabase: 'never' | 'on-failure'
  }
  /** The server that TiDB is compared with. */
  readonly reference: ReferenceConfig
  /** What was set; times in milliseconds. The rest is for what is retried to say. */
  readonly retry: RetrySettings
  /** Times in milliseconds. */
  readonly breaker: BreakerSettings
  readonly logging: {
    readonly level: Level
    readonly format: 'text' | 'json'
    readonly file?: string
    /** Whether log lines go to standard error. */
    readonly console: boolean
    /** Bytes. */
    readonly maxSize: number
    readonly maxFiles: number
  }
  readonly report: {
    readonly enabled: boolean
    readonly file?: string
  }
  /** Absolute path of the configuration file that was read. */
  readonly file?: string
  /** For people: variables that look like misspelt ones. */
  readonly warnings: readonly string[]
  /** `environment variable TIDB_HOST`, `file tidb-test.config.toml line 3`, `default`, or `not set`. */
  origin(key: string): string
  /** Whether somebody set it, be it to the default. */
  isExplicit(key: string): boolean
  /**
   * The section of an extension, checked, with its defaults.
   *
   * @throws ConfigError `CONFIG_EXTENSION` when nothing has registered it
   */
  extension<Output>(extension: ConfigExtension<string, Output>): Output
  /** Every section of an extension by its name, as {@link extension} gives it. */
  readonly sections: Sections
  /** Every setting that has a value, for display; secrets read `***`. */
  entries(): readonly ConfigEntry[]
}

export interface RetrySettings {
  readonly attempts?: number
  readonly firstDelay?: number
  readonly maxDelay?: number
  readonly factor?: number
  readonly deadline?: number
}

export interface BreakerSettings {
  readonly failures: number
  readonly window: number
  readonly halfOpenAfter: number
  readonly trials: number
}

/** The server that TiDB is compared with. */
export interface ReferenceConfig {
  /** A host or a URL that was given has made `external` of `auto` already, a binary `binary`. */
  readonly kind: 'auto' | 'external' | 'binary' | 'container' | 'none'
  /** Where it listens, when it is there already. */
  readonly endpoint: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password?: Secret
  }
  readonly binary?: string
  readonly image: string
}

interface ConfigEntry {
  readonly key: string
  readonly value: string | number | boolean
  readonly origin: string
}

interface Assembly {
  readonly file: string | undefined
  readonly warnings: readonly string[]
  readonly catalog: Catalog
  readonly sections: Sections
}

/** Puts checked values, and the defaults of the rest, into their groups. */
export function assembleConfig(
  given: Readonly<Record<string, unknown>>,
  origins: ReadonlyMap<string, Origin>,
  { file, warnings, catalog, sections }: Assembly,
): ResolvedConfig {
  const values = { ...defaults, ...(given as SettingValues) }
  return {
    database: {
      host: values['database.host'],
      port: values['database.port'],
      user: values['database.user'],
      poolSize: values['database.poolSize'],
      timeout: values['database.timeout'],
      ...withoutUndefined({
        password: values['database.password'],
        database: values['database.database'],
        statusPort: values['database.statusPort'],
        tls: tlsOf(values),
      }),
    },
    backend: {
      kind: values['backend.kind'],
      ...withoutUndefined({
        binary: values['backend.binary'],
        image: values['backend.image'],
        version: values['backend.version'],
        containerPer: values['backend.containerPer'],
        warmImage: values['backend.warmImage'],
        startTimeout: values['backend.startTimeout'],
        cacheDirectory: values['backend.cacheDirectory'],
        readyDatabases: values['backend.readyDatabases'],
        goBinary: values['backend.goBinary'],
      }),
      cluster: withoutUndefined({
        from: values['backend.cluster.from'],
        tidb: values['backend.cluster.tidb'],
        pd: values['backend.cluster.pd'],
        kv: values['backend.cluster.kv'],
        endpoints: values['backend.cluster.endpoints'],
        pdImage: values['backend.cluster.pdImage'],
        kvImage: values['backend.cluster.kvImage'],
      }),
    },
    databaseMode: values.databaseMode,
    timeZone: values.timeZone,
    test: {
      rows: values['test.rows'],
      timeout: values['test.timeout'],
      keepDatabase: values['test.keepDatabase'],
      ...withoutUndefined({ isolation: values['test.isolation'], seed: values['test.seed'] }),
    },
    reference: referenceOf(values),
    retry: withoutUndefined({
      attempts: values['retry.attempts'],
      firstDelay: values['retry.firstDelay'],
      maxDelay: values['retry.maxDelay'],
      factor: values['retry.factor'],
      deadline: values['retry.deadline'],
    }),
    breaker: {
      failures: values['breaker.failures'],
      window: values['breaker.window'],
      halfOpenAfter: values['breaker.halfOpenAfter'],
      trials: values['breaker.trials'],
    },
    logging: {
      level: values['logging.level'],
      format: values['logging.format'],
      console: values['logging.console'] ?? (origins.has('logging.level') && !origins.has('logging.file')),
      maxSize: values['logging.maxSize'],
      maxFiles: values['logging.maxFiles'],
      ...withoutUndefined({ file: values['logging.file'] }),
    },
    report: {
      enabled: values['report.enabled'],
      ...withoutUndefined({ file: values['report.file'] }),
    },
    warnings,
    sections,
    extension: (extension) => sectionOf(sections, extension),
    ...withoutUndefined({ schema: values.schema, file }),
    origin: (key) => origins.get(key)?.where ?? (key in defaults ? 'default' : 'not set'),
    isExplicit: (key) => origins.has(key),
    entries: () => entriesOf(values, origins, catalog),
  }
}

function tlsOf(values: SettingValues): ResolvedConfig['database']['tls'] {
  const tls = withoutUndefined({
    ca: values['database.tls.ca'],
    cert: values['database.tls.cert'],
    key: values['database.tls.key'],
    verify: values['database.tls.verify'],
  })
  return (values['database.tls.enabled'] ?? Object.keys(tls).length > 0) ? tls : undefined
}

function entriesOf(
  values: Readonly<Record<string, unknown>>,
  origins: ReadonlyMap<string, Origin>,
  catalog: Catalog,
): readonly ConfigEntry[] {
  return catalog.keys.flatMap((key) => {
    const value = values[key]
    if (value === undefined || !acts(key, values, origins)) return []
    const shown = catalog.definition(key)?.secret === true ? '***' : shownValue(value)
    return [{ key, value: shown, origin: origins.get(key)?.where ?? 'default' }]
  })
}

/** A section may hold lists and objects. */
function shownValue(value: unknown): string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value)
}

/** Nobody's host and port are used only where an external TiDB was asked for. */
function acts(key: string, values: Readonly<Record<string, unknown>>, origins: ReadonlyMap<string, Origin>): boolean {
  const ofServer = key === 'database.host' || key === 'database.port' || key === 'database.user'
  const ofReference = key === 'reference.port' || key === 'reference.user'
  if (ofReference) return origins.has(key) || origins.has('reference.host') || values['reference.kind'] === 'external'
  return !ofServer || origins.has(key) || values['backend.kind'] === 'external'
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
