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
  keepDatabase: 'never',
  timeZone: 'UTC',
  'logging.level': 'info',
} as const satisfies SettingValues
