import { z } from 'zod'
import { Secret } from '../logging/secret.ts'
import { parseDuration } from './duration.ts'
import { parseHost } from './host.ts'

const text = z.string().trim().min(1)
const whole = (least: number, most: number) =>
  z.union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)]).pipe(z.int().min(least).max(most))
const flag = z.union([
  z.boolean(),
  z.enum(['true', '1', 'yes']).transform(() => true),
  z.enum(['false', '0', 'no']).transform(() => false),
])
const duration = z
  .union([z.number(), z.string().transform((value) => parseDuration(value) ?? Number.NaN)])
  .pipe(z.int().min(1).max(86_400_000))
const password = z.string().transform((value) => new Secret(value))

const port = { schema: whole(1, 65_535), allowed: 'a whole number from 1 to 65535' }
const path = { schema: text, allowed: 'the path of a file', path: true }

/**
 * Every setting: how it is checked, what is allowed (for error messages), and the environment variable and
 * command-line option that set it. A row with `path` is resolved against where the setting was written; one with
 * `mustExist` is looked for at once.
 */
const settings = {
  'database.host': {
    schema: text.refine((value) => !('problem' in parseHost(value))),
    allowed: 'a host name or an IP address, optionally with :port (an IPv6 address in brackets)',
    variable: 'TIDB_HOST',
    option: 'host <host[:port]>',
    about: 'TiDB to test on; without it one is started',
    unset: 'none; `127.0.0.1` where the backend is `external`',
  },
  'database.port': { ...port, variable: 'TIDB_PORT', option: 'port <port>', about: 'its SQL port' },
  'database.user': {
    schema: text,
    allowed: 'a user name',
    variable: 'TIDB_USER',
    option: 'user <name>',
    about: 'user who logs in',
  },
  // No option: arguments show in the process list.
  'database.password': {
    schema: password,
    allowed: 'a text in quotes',
    variable: 'TIDB_PASSWORD',
    about: 'password of that user',
    secret: true,
  },
  'database.database': {
    schema: text,
    allowed: 'a database name',
    variable: 'TIDB_DATABASE',
    option: 'database <name>',
    about: 'database that must exist there',
  },
  'database.tls.enabled': {
    schema: flag,
    allowed: 'true or false',
    variable: 'TIDB_TLS',
    about: 'whether connections are encrypted',
    unset: 'true when one of the other `tls` settings is given',
  },
  'database.tls.ca': {
    ...path,
    mustExist: true,
    variable: 'TIDB_TLS_CA',
    about: 'PEM file of the authority that signed the certificate of the server',
    unset: "the system's authorities",
  },
  'database.tls.cert': {
    ...path,
    mustExist: true,
    variable: 'TIDB_TLS_CERT',
    about: 'PEM file of a client certificate',
  },
  'database.tls.key': { ...path, mustExist: true, variable: 'TIDB_TLS_KEY', about: 'PEM file of its key' },
  'database.tls.verify': {
    schema: flag,
    allowed: 'true or false',
    variable: 'TIDB_TLS_VERIFY',
    about: '`false` accepts any certificate',
    unset: 'true',
  },
  'database.statusPort': {
    ...port,
    variable: 'TIDB_STATUS_PORT',
    about: 'its HTTP status port, where that can be reached',
  },
  'database.poolSize': {
    schema: whole(1, 10_000),
    allowed: 'a whole number from 1 to 10000',
    about: 'sessions of the fixture `connectionPool`',
  },
  'database.timeout': {
    schema: duration,
    allowed: "milliseconds, or a duration such as '30s', from 1 ms to 24 h",
    about: "for connecting and for each statement: milliseconds, or a text such as `'30s'`",
  },
  'backend.kind': {
    schema: z.enum(['auto', 'external', 'binary', 'embedded', 'container']),
    allowed: 'auto, external, binary, embedded or container',
    variable: 'TIDB_BACKEND',
    option: 'backend <kind>',
    about: 'what provides the TiDB: auto, external, binary, embedded or container',
  },
  'backend.binary': { ...path, variable: 'TIDB_BINARY', option: 'binary <path>', about: 'tidb-server to start' },
  'backend.image': {
    schema: text.regex(/^[^\s]+$/),
    allowed: 'the name of an image, such as pingcap/tidb:v8.5.0',
    variable: 'TIDB_IMAGE',
    option: 'image <name>',
    about: 'image of the container',
    unset: '`pingcap/tidb`',
  },
  'backend.version': {
    schema: text.regex(/^[\w.+-]+$/),
    allowed: 'a version, such as v8.5.0',
    variable: 'TIDB_VERSION',
    option: 'tidb-version <version>',
    about: 'version of the container',
    unset: '`v8.5.4`',
  },
  'backend.cacheDirectory': {
    ...path,
    allowed: 'the path of a directory',
    variable: 'VITEST_TIDB_CACHE',
    option: 'cache-directory <path>',
    about: 'where builds and templates are kept',
    unset: '`vitest-tidb` in `$XDG_CACHE_HOME`, `~/.cache` or `~/Library/Caches`',
  },
  'backend.readyDatabases': {
    schema: whole(1, 10_000),
    allowed: 'a whole number from 1 to 10000',
    about: 'clean databases that each server of its own holds ready',
    unset: '300; fewer with a long schema',
  },
  'backend.goBinary': {
    ...path,
    allowed: 'the path of a go command',
    variable: 'TIDB_GO',
    about: 'go command that builds the embedded TiDB',
    unset: 'the first `go` on PATH',
  },
  schema: {
    ...path,
    allowed: 'the path of a .sql file',
    mustExist: true,
    variable: 'TIDB_SCHEMA',
    option: 'schema <path>',
    about: 'SQL that every clean database holds',
  },
  databaseMode: {
    schema: z.enum(['database', 'transaction', 'server']),
    allowed: 'database, transaction or server',
    variable: 'TIDB_DATABASE_MODE',
    about: 'what a test gets: `database`, `transaction` or `server`',
  },
  keepDatabase: {
    schema: z.union([
      z.enum(['never', 'on-failure']),
      flag.transform((keep) => (keep ? ('on-failure' as const) : ('never' as const))),
    ]),
    allowed: 'never or on-failure',
    variable: 'TIDB_KEEP_DATABASE',
    option: 'keep-database <when>',
    about: "whether a failed test's database stays: never or on-failure",
  },
  timeZone: {
    schema: text.refine(isTimeZone),
    allowed: 'UTC, a name such as Asia/Shanghai or an offset such as +08:00',
    variable: 'TIDB_TIME_ZONE',
    about: 'time zone of sessions: `UTC`, a name such as `Asia/Shanghai`, or an offset such as `+08:00`',
  },
  'logging.level': {
    schema: z.enum(['error', 'warn', 'info', 'debug']),
    allowed: 'error, warn, info or debug',
    variable: 'TIDB_LOG_LEVEL',
    option: 'log-level <level>',
    about: 'how much is told: error, warn, info or debug',
  },
} satisfies Record<string, SettingDefinition>

export interface SettingDefinition {
  readonly schema: z.ZodType
  readonly allowed: string
  readonly variable?: string
  readonly option?: string
  /** What it is, in a few words. */
  readonly about: string
  /** What holds when nobody gives it and `defaults` has no value for it. */
  readonly unset?: string
  readonly path?: boolean
  readonly mustExist?: boolean
  readonly secret?: boolean
}

export type SettingKey = keyof typeof settings

/** A checked value for each setting that has one. */
export type SettingValues = { -readonly [K in SettingKey]?: z.output<(typeof settings)[K]['schema']> }

export const settingKeys = Object.keys(settings) as SettingKey[]

export function definitionOf(key: SettingKey): SettingDefinition {
  return settings[key]
}

/** `host <host[:port]>` is given as `--host` and arrives under `host`. */
export function optionName(key: SettingKey): string | undefined {
  return definitionOf(key).option?.split(' ')[0]
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
