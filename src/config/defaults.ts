import type { SettingValues } from './settings.ts'

/** Values of settings that nobody gave. The host counts only where an external TiDB was asked for. */
export const defaults = {
  'database.host': '127.0.0.1',
  'database.port': 4000,
  'database.user': 'root',
  'database.poolSize': 5,
  'database.timeout': 30_000,
  'backend.kind': 'auto',
  databaseMode: 'database',
  timeZone: 'UTC',
  'test.rows': 10,
  'test.timeout': 60_000,
  'test.keepDatabase': 'never',
  'reference.kind': 'auto',
  'reference.port': 3306,
  'reference.user': 'root',
  'reference.image': 'mysql:8.4',
  'breaker.failures': 5,
  'breaker.window': 10_000,
  'breaker.halfOpenAfter': 5_000,
  'breaker.trials': 1,
  'logging.level': 'info',
  'logging.format': 'text',
  'logging.maxSize': 10_000_000,
  'logging.maxFiles': 5,
  'report.enabled': true,
} as const satisfies SettingValues
