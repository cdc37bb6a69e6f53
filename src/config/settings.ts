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
  'database.password': { schema: password, allowed: 'a text in quotes', variable: 'TIDB_PASSWORD', secret: true },
  'database.database': {
    schema: text,
    allowed: 'a database name',
    variable: 'TIDB_DATABASE',
    option: 'database <name>',
    about: 'database that must exist there',
  },
  'database.tls.enabled': { schema: flag, allowed: 'true or false', variable: 'TIDB_TLS' },
  'database.tls.ca': { ...path, mustExist: true, variable: 'TIDB_TLS_CA' },
  'database.tls.cert': { ...path, mustExist: true, variable: 'TIDB_TLS_CERT' },
  'database.tls.key': { ...path, mustExist: true, variable: 'TIDB_TLS_KEY' },
  'database.tls.verify': { schema: flag, allowed: 'true or false', variable: 'TIDB_TLS_VERIFY' },
  'database.statusPort': { ...port, variable: 'TIDB_STATUS_PORT' },
  'database.poolSize': { schema: whole(1, 10_000), allowed: 'a whole number from 1 to 10000' },
  'database.timeout': { schema: duration, allowed: "milliseconds, or a duration such as '30s', from 1 ms to 24 h" },
  'backend.kind': {
    schema: z.enum(['auto', 'external', 'binary', 'embedded', 'container']),
    allowed: 'auto, external, binary, embedded or container',
    variable: 'TIDB_BACKEND',
    option: 'backend <kind>',
    about: 'auto, external, binary, embedded or container',
  },
  'backend.binary': { ...path, variable: 'TIDB_BINARY', option: 'binary <path>', about: 'tidb-server to start' },
  'backend.image': {
    schema: text.regex(/^[^\s]+$/),
    allowed: 'the name of an image, such as pingcap/tidb:v8.5.0',
    variable: 'TIDB_IMAGE',
    option: 'image <name>',
    about: 'image of the container',
  },
  'backend.version': {
    schema: text.regex(/^[\w.+-]+$/),
    allowed: 'a version, such as v8.5.0',
    variable: 'TIDB_VERSION',
    option: 'tidb-version <version>',
    about: 'version of the container',
  },
  'backend.cacheDirectory': {
    ...path,
    allowed: 'the path of a directory',
    variable: 'VITEST_TIDB_CACHE',
    option: 'cache-directory <path>',
    about: 'where builds and templates are kept',
  },
  'backend.readyDatabases': { schema: whole(1, 10_000), allowed: 'a whole number from 1 to 10000' },
  'backend.goBinary': { ...path, allowed: 'the path of a go command', variable: 'TIDB_GO' },
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
  },
  keepDatabase: {
    schema: z.union([
      z.enum(['never', 'on-failure']),
      flag.transform((keep) => (keep ? ('on-failure' as const) : ('never' as const))),
    ]),
    allowed: 'never or on-failure',
    variable: 'TIDB_KEEP_DATABASE',
    option: 'keep-database <when>',
    about: 'never or on-failure',
  },
  timeZone: {
    schema: text.refine(isTimeZone),
    allowed: 'UTC, a name such as Asia/Shanghai or an offset such as +08:00',
    variable: 'TIDB_TIME_ZONE',
  },
  'logging.level': {
    schema: z.enum(['error', 'warn', 'info', 'debug']),
    allowed: 'error, warn, info or debug',
    variable: 'TIDB_LOG_LEVEL',
    option: 'log-level <level>',
    about: 'error, warn, info or debug',
  },
} satisfies Record<string, SettingDefinition>

export interface SettingDefinition {
  readonly schema: z.ZodType
  readonly allowed: string
  readonly variable?: string
  readonly option?: string
  readonly about?: string
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
