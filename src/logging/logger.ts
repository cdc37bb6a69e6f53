import { formatRecord, type LogFields, type LogFormat } from './format-record.ts'
import { shows, type Level } from './level.ts'
import { LogFile, type LogFileOptions } from './log-file.ts'
import type { Secret } from './secret.ts'

export type LogLine = (message: string, fields?: LogFields) => void

/**
 * A level that is not shown has no function, so that a call costs a look at a property and its arguments are not even
 * computed: `logger.debug?.('leased', { database })`.
 */
export interface Logger {
  readonly error?: LogLine
  readonly warn?: LogLine
  readonly info?: LogLine
  readonly debug?: LogLine
  /** From now on this is masked wherever it stands in a line. */
  hide(secret: Secret | undefined): void
  /** Nothing is written after it. Idempotent. */
  close(): void
}

export interface LoggerOptions {
  readonly level: Level
  /** `text` when not given. */
  readonly format?: LogFormat
  /** Absolute path; appended to. */
  readonly file?: LogFileOptions
  /** Gets each line too: `process.stderr`, say. */
  readonly stream?: { write(text: string): unknown }
  /** Stand in every line: `{ process: 'main' }`. */
  readonly fields?: LogFields
  readonly now?: () => Date
  /** Told once when the file can't be written any more. A log that fails never fails a test. */
  readonly onFailure?: (error: unknown) => void
}

/** For whoever logs where nobody listens. */
export const silentLogger: Logger = { hide() {}, close() {} }

/**
 * Writes lines to a file, a stream, both or neither.
 *
 * Each process appends to the file by itself, one write a line: what was logged is there even when the process dies in
 * the next moment, and no other process spends its time on it.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, format = 'text', stream, fields = {}, now = () => new Date() } = options
  if (options.file === undefined && stream === undefined) return silentLogger
  const secrets = new Set<Secret>()
  let file = options.file === undefined ? undefined : new LogFile(options.file)
  let closed = false

  function append(line: string): void {
    try {
      file?.append(line)
    } catch (error) {
      file?.close()
      file = undefined
      options.onFailure?.(error)
    }
  }

  function lineAt(of: Level): Partial<Record<Level, LogLine>> {
    if (!shows(level, of)) return {}
    return {
      [of]: (message: string, more: LogFields = {}) => {
        if (closed) return
        const record = { time: now(), level: of, message, fields: { ...fields, ...more } }
        const line = formatRecord(record, format, secrets)
        append(line)
        stream?.write(line)
      },
    }
  }

  return {
    ...lineAt('error'),
    ...lineAt('warn'),
    ...lineAt('info'),
    ...lineAt('debug'),
    hide: (secret) => {
      if (secret !== undefined) secrets.add(secret)
    },
    close: () => {
      closed = true
      file?.close()
    },
  }
}
