import { parseHost } from './host.ts'
import type { SettingDefinition } from './setting-definition.ts'
import { durationFrom, flag, password, path, port, text, whole } from './setting-schemas.ts'

/** The TiDB to test on, and how it is connected to. */
export const databaseSettings = {
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
    alsoVariable: 'TIDB_USERNAME',
    option: 'user <name>',
    about: 'user who logs in',
  },
  // tidb-test asks when the flag has no value, and warns when it has: arguments show in the process list.
  'database.password': {
    schema: password,
    allowed: 'a text in quotes',
    variable: 'TIDB_PASSWORD',
    option: 'password [value]',
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
    option: 'tls [boolean]',
    about: 'whether connections are encrypted',
    unset: 'true when one of the other `tls` settings is given',
  },
  'database.tls.ca': {
    ...path,
    mustExist: true,
    variable: 'TIDB_TLS_CA',
    option: 'tls-ca <path>',
    about: 'PEM file of the authority that signed the certificate of the server',
    unset: "the system's authorities",
  },
  'database.tls.cert': {
    ...path,
    mustExist: true,
    variable: 'TIDB_TLS_CERT',
    option: 'tls-cert <path>',
    about: 'PEM file of a client certificate',
  },
  'database.tls.key': {
    ...path,
    mustExist: true,
    variable: 'TIDB_TLS_KEY',
    option: 'tls-key <path>',
    about: 'PEM file of its key',
  },
  'database.tls.verify': {
    schema: flag,
    allowed: 'true or false',
    variable: 'TIDB_TLS_VERIFY',
    option: 'tls-verify <boolean>',
    about: '`false` accepts any certificate, of any host',
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
    variable: 'TIDB_POOL_SIZE',
    about: 'sessions of the fixture `connectionPool`',
  },
  'database.timeout': {
    ...durationFrom(1),
    variable: 'TIDB_TIMEOUT',
    about: "for connecting and for each statement: milliseconds, or a text such as `'30s'`",
  },
} satisfies Record<string, SettingDefinition>
