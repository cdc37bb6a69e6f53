import type { Secret } from '../logging/secret.ts'
import { defaults } from './defaults.ts'
import type { Origin } from './origin.ts'
import { definitionOf, settingKeys, type SettingKey, type SettingValues } from './settings.ts'
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
    readonly cacheDirectory?: string
    readonly readyDatabases?: number
    readonly goBinary?: string
  }
  readonly schema?: string
  readonly databaseMode: 'database' | 'transaction' | 'server'
  readonly keepDatabase: 'never' | 'on-failure'
  readonly timeZone: string
  readonly logging: { readonly level: 'error' | 'warn' | 'info' | 'debug' }
  /** Absolute path of the configuration file that was read. */
  readonly file?: string
  /** For people: variables that look like misspelt ones. */
  readonly warnings: readonly string[]
  /** `environment variable TIDB_HOST`, `file tidb-test.config.toml line 3`, `default`, or `not set`. */
  origin(key: SettingKey): string
  /** Whether somebody set it, be it to the default. */
  isExplicit(key: SettingKey): boolean
  /** Every setting that has a value, for display; secrets read `***`. */
  entries(): readonly ConfigEntry[]
}

interface ConfigEntry {
  readonly key: SettingKey
  readonly value: string | number | boolean
  readonly origin: string
}

export function assembleConfig(
  given: SettingValues,
  origins: ReadonlyMap<SettingKey, Origin>,
  more: { readonly file: string | undefined; readonly warnings: readonly string[] },
): ResolvedConfig {
  const values = { ...defaults, ...given }
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
        cacheDirectory: values['backend.cacheDirectory'],
        readyDatabases: values['backend.readyDatabases'],
        goBinary: values['backend.goBinary'],
      }),
    },
    databaseMode: values.databaseMode,
    keepDatabase: values.keepDatabase,
    timeZone: values.timeZone,
    logging: { level: values['logging.level'] },
    warnings: more.warnings,
    ...withoutUndefined({ schema: values.schema, file: more.file }),
    origin: (key) => origins.get(key)?.where ?? (key in defaults ? 'default' : 'not set'),
    isExplicit: (key) => origins.has(key),
    entries: () => entriesOf(values, origins),
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

function entriesOf(values: SettingValues, origins: ReadonlyMap<SettingKey, Origin>): readonly ConfigEntry[] {
  return settingKeys.flatMap((key) => {
    const value = values[key]
    if (value === undefined || !acts(key, values, origins)) return []
    const shown = definitionOf(key).secret === true || typeof value === 'object' ? '***' : value
    return [{ key, value: shown, origin: origins.get(key)?.where ?? 'default' }]
  })
}

/** Nobody's host and port are used only where an external TiDB was asked for. */
function acts(key: SettingKey, values: SettingValues, origins: ReadonlyMap<SettingKey, Origin>): boolean {
  const ofServer = key === 'database.host' || key === 'database.port' || key === 'database.user'
  return !ofServer || origins.has(key) || values['backend.kind'] === 'external'
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
