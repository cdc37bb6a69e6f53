import { stripVTControlCharacters } from 'node:util'
import type { Level } from './level.ts'
import { mask } from './mask.ts'
import type { Secret } from './secret.ts'

export type LogFormat = 'text' | 'json'

/** What a line is about. What is undefined is left out. An error is its name, code and message. */
export type LogFields = Readonly<Record<string, unknown>>

export interface LogRecord {
  readonly time: Date
  readonly level: Level
  readonly message: string
  readonly fields: LogFields
}

/**
 * One line, with its newline; passwords in URLs and the secrets are masked.
 *
 * - text: `2026-11-23T10:00:00.000Z info  leased  database=vt_7 test="a b"`
 * - json: `{"time":"…","level":"info","message":"leased","database":"vt_7"}`
 */
export function formatRecord(record: LogRecord, format: LogFormat, secrets: Iterable<Secret> = []): string {
  const hidden = [...secrets]
  const message = mask(stripVTControlCharacters(record.message), hidden)
  const fields = Object.entries(record.fields).flatMap(([name, value]): [string, unknown][] =>
    value === undefined ? [] : [[name, shown(value, hidden)]],
  )
  const { level } = record
  const time = record.time.toISOString()
  if (format === 'json') {
    return `${JSON.stringify({ time, level, message, ...Object.fromEntries(fields) })}\n`
  }
  const pairs = fields.map(([name, value]) => ` ${name}=${inText(value)}`)
  return `${time} ${level.padEnd(5)} ${oneLine(message)}${pairs.length === 0 ? '' : ` ${pairs.join('')}`}\n`
}

/** As JSON will have it, masked. */
function shown(value: unknown, secrets: readonly Secret[]): unknown {
  switch (typeof value) {
    case 'string':
      return mask(value, secrets)
    case 'bigint':
    case 'symbol':
    case 'function':
      return String(value)
    case 'object':
      break
    default:
      return value
  }
  if (value === null || value instanceof Date) return value
  if (value instanceof Error) return shown(ofError(value), secrets)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return value.map((item) => shown(item, secrets))
  const { toJSON } = value as { toJSON?: () => unknown }
  if (typeof toJSON === 'function') return shown(toJSON.call(value), secrets)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shown(item, secrets)]))
}

function ofError(error: Error): Record<string, unknown> {
  const { code } = error as { code?: unknown }
  return { name: error.name, ...(typeof code === 'string' ? { code } : {}), message: error.message }
}

function inText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value)
}

function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}
