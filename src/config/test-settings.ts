import { z } from 'zod'
import type { SettingDefinition } from './setting-definition.ts'
import { durationFrom, flag, path, text, whole } from './setting-schemas.ts'

/** What a test gets, and how it runs. */
export const testSettings = {
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
  timeZone: {
    schema: text.refine(isTimeZone),
    allowed: 'UTC, a name such as Asia/Shanghai or an offset such as +08:00',
    variable: 'TIDB_TIME_ZONE',
    about: 'time zone of sessions: `UTC`, a name such as `Asia/Shanghai`, or an offset such as `+08:00`',
  },
  'test.rows': {
    schema: whole(1, 1_000_000_000),
    allowed: 'a whole number from 1 to 1000000000',
    variable: 'TIDB_TEST_ROWS',
    option: 'rows <n>',
    about: 'rows that tests fill their tables with, as `settings.rows`',
  },
  'test.timeout': {
    ...durationFrom(1),
    variable: 'TIDB_TEST_TIMEOUT',
    about: "time a test may take; when nobody gives it, Vitest's own `testTimeout` goes before it if that is set",
  },
  'test.isolation': {
    schema: z
      .string()
      .trim()
      .transform((value) => value.toLowerCase().replaceAll(/[\s_]+/g, '-'))
      .pipe(z.enum(['repeatable-read', 'read-committed'])),
    allowed: 'repeatable-read or read-committed',
    variable: 'TIDB_TEST_ISOLATION',
    about: "isolation level of tests' sessions: `repeatable-read` or `read-committed`",
    unset: "the server's own",
  },
  'test.seed': {
    schema: whole(0, Number.MAX_SAFE_INTEGER),
    allowed: 'a whole number from 0 to 9007199254740991',
    variable: 'TIDB_TEST_SEED',
    option: 'seed <n>',
    about: "what randomness starts from: `settings.seed`, the waits of retries, Vitest's `sequence.seed`",
    unset: "Vitest's `sequence.seed`, which differs from run to run",
  },
  'test.keepDatabase': {
    schema: z.union([
      z.enum(['never', 'on-failure']),
      flag.transform((keep) => (keep ? ('on-failure' as const) : ('never' as const))),
    ]),
    allowed: 'never or on-failure',
    variable: 'TIDB_KEEP_DATABASE',
    option: 'keep-database <when>',
    about: "whether a failed test's database stays: never or on-failure",
  },
} satisfies Record<string, SettingDefinition>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
