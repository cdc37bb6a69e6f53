import { z } from 'zod'
import type { SettingDefinition } from './setting-definition.ts'
import { byteSize, flag, path, whole } from './setting-schemas.ts'

/** What is told of a run, and where. */
export const loggingSettings = {
  'logging.level': {
    schema: z.enum(['error', 'warn', 'info', 'debug']),
    allowed: 'error, warn, info or debug',
    variable: 'TIDB_LOG_LEVEL',
    option: 'log-level <level>',
    about: 'how much is told: error, warn, info or debug (every statement); `TIDB_VERBOSE=true` is debug',
  },
  'logging.format': {
    schema: z.enum(['text', 'json']),
    allowed: 'text or json',
    variable: 'TIDB_LOG_FORMAT',
    about: 'format of log lines: text or json',
  },
  'logging.file': {
    ...path,
    variable: 'TIDB_LOG_FILE',
    option: 'log-file <path>',
    about: 'file that the log is appended to',
  },
  'logging.console': {
    schema: flag,
    allowed: 'true or false',
    variable: 'TIDB_LOG_CONSOLE',
    about: 'whether the log goes to standard error',
    unset: 'true when a level is given and no file',
  },
  'logging.maxSize': {
    schema: byteSize(1_000),
    allowed: "bytes, or a size such as '10 MB', from 1 kB on",
    variable: 'TIDB_LOG_MAX_SIZE',
    about: "size at which a new log file is begun: bytes, or a text such as `'10 MB'`",
  },
  'logging.maxFiles': {
    schema: whole(1, 1_000),
    allowed: 'a whole number from 1 to 1000',
    variable: 'TIDB_LOG_MAX_FILES',
    about: 'log files that are kept, the current one included',
  },
} satisfies Record<string, SettingDefinition>
