import { createLogger, type Logger } from './logger.ts'
import type { LogFields, LogFormat } from './format-record.ts'
import type { Level } from './level.ts'

/** What the configuration says of logging. */
export interface LoggingSettings {
  readonly level: Level
  readonly format: LogFormat
  /** Absolute. */
  readonly file?: string
  readonly console: boolean
  /** Bytes. */
  readonly maxSize: number
  readonly maxFiles: number
}

/** The log of this process. `fields` stand in every line and say which process that is. */
export function loggerFor(settings: LoggingSettings, fields: LogFields): Logger {
  const { level, format, file, maxSize, maxFiles } = settings
  return createLogger({
    level,
    format,
    fields,
    ...(file === undefined ? {} : { file: { path: file, maxSize, maxFiles } }),
    ...(settings.console ? { stream: process.stderr } : {}),
    onFailure: (error) => {
      process.stderr.write(`vitest-tidb: the log file ${file} cannot be written any more: ${String(error)}\n`)
    },
  })
}
